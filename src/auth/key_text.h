// Keys as the key file has them: one JSON object, which people may write, too.
//
// What is not known is refused rather than passed over, because it may be what narrows a key. No
// error repeats a secret.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key.h"
#include "base/result.h"

namespace mailrail::auth {

// The error says what is wrong where, without the file's name.
Result<std::vector<Key>> parse_keys(std::string_view text);

std::string text_of(std::span<const Key> keys);

// `2026-11-27T20:33:45Z`, in files and for people.
std::string time_text(Instant time);

}  // namespace mailrail::auth
