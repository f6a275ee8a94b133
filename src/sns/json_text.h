// JSON that is kept as text. Policies are given back as they were sent, and compared by what they
// say, however they are written.

#pragma once

#include <string_view>

namespace mailrail::sns {

// Two JSON objects with the same members, or the same text.
bool say_the_same(std::string_view left, std::string_view right);

bool is_json_object(std::string_view text);

}  // namespace mailrail::sns
