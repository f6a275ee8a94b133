// Patterns as policies have them: `*` is any text, `?` any one character, and nothing else is
// special.
//
// Matching takes no memory, and no more comparisons than the product of both lengths: of two
// asterisks only the last one is ever tried again.

#pragma once

#include <cstdint>
#include <string_view>

namespace mailrail::auth {

// Of ASCII letters.
enum class Case : std::uint8_t { matters, ignored };

bool is_equal(std::string_view left, std::string_view right, Case letters);

bool is_like(std::string_view text, std::string_view pattern, Case letters);

// An ARN, part by part: no asterisk reaches beyond a colon. "If you specify an incomplete ARN (one
// with fewer than the standard six fields), AWS automatically completes the ARN by adding wildcard
// characters (*) to all missing fields." (IAM User Guide, policy elements)
bool is_like_arn(std::string_view arn, std::string_view pattern);

}  // namespace mailrail::auth
