#include "sns/pages.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/digest.h"
#include "sns/characters.h"
#include "sns/errors.h"

namespace mailrail::sns {

namespace {

// Tokens are made of the names of topics and of numbers.
bool is_ours(std::string_view last) {
  return !last.empty() && std::ranges::all_of(last, [](char each) {
    return is_letter_or_digit(each) || each == '-' || each == '_' || each == '.';
  });
}

}  // namespace

std::string make_token(std::string_view last) { return base64(last); }

Result<std::optional<std::string>> read_token(const std::optional<std::string>& token) {
  if (!token || token->empty()) return std::optional<std::string>();
  std::optional<std::string> last = from_base64(*token);
  if (!last || !is_ours(*last)) return errors::invalid_parameter("NextToken");
  return last;
}

std::string make_token(SubscriptionId last) { return make_token(fmt::to_string(last.value())); }

Result<SubscriptionId> read_subscription_token(const std::optional<std::string>& token) {
  const std::optional<std::string> last = TRY(read_token(token));
  if (!last) return SubscriptionId();
  std::uint32_t number = 0;
  const auto [end, code] = std::from_chars(last->data(), last->data() + last->size(), number);
  const bool is_whole = code == std::errc() && end == last->data() + last->size();
  if (!is_whole || fmt::to_string(number) != *last || number == 0)
    return errors::invalid_parameter("NextToken");
  return SubscriptionId(number);
}

}  // namespace mailrail::sns
