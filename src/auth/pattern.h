// Patterns as policies have them: `*` is any text, `?` any one character, and nothing else is
// special.
//
// Matching takes no memory. It may take as many comparisons as the product of both lengths, which a
// policy of nothing but bad patterns can drive to millions; so they are counted, and come to an
// end.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mailrail::auth {

// Of ASCII letters.
enum class Case : std::uint8_t { matters, ignored };

bool is_equal(std::string_view left, std::string_view right, Case letters);

// How many more characters may be compared. Ordinary policies take some hundreds.
class Effort {
 public:
  explicit Effort(std::size_t comparisons) : left_(comparisons) {}

  // False: there are none left, and nothing that was compared with it can be relied on.
  bool spend() {
    if (left_ > 0) --left_;
    return left_ > 0;
  }
  bool is_spent() const { return left_ == 0; }

 private:
  std::size_t left_;
};

bool is_like(std::string_view text, std::string_view pattern, Case letters, Effort& effort);

// An ARN, part by part: no asterisk reaches beyond a colon. "If you specify an incomplete ARN (one
// with fewer than the standard six fields), AWS automatically completes the ARN by adding wildcard
// characters (*) to all missing fields." (IAM User Guide, policy elements)
bool is_like_arn(std::string_view arn, std::string_view pattern, Effort& effort);

}  // namespace mailrail::auth
