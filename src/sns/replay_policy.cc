#include "sns/replay_policy.h"

#include <chrono>
#include <cstdint>
#include <optional>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "sns/errors.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

// Reads a text from its front.
class Front {
 public:
  explicit Front(std::string_view text) : text_(text) {}

  bool is_over() const { return text_.empty(); }

  bool take(char wanted) {
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }

  // So many digits.
  std::optional<int> number(std::size_t digits) {
    if (text_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char each : text_.substr(0, digits)) {
      if (each < '0' || each > '9') return std::nullopt;
      value = value * 10 + (each - '0');
    }
    text_.remove_prefix(digits);
    return value;
  }

 private:
  std::string_view text_;
};

std::optional<std::chrono::sys_days> day_in(Front& text) {
  const auto year = text.number(4);
  if (!year || !text.take('-')) return std::nullopt;
  const auto month = text.number(2);
  if (!month || !text.take('-')) return std::nullopt;
  const auto day = text.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// `HH:MM`, of a time and of an offset.
std::optional<std::chrono::minutes> minutes_in(Front& text) {
  const auto hours = text.number(2);
  if (!hours || *hours > 23 || !text.take(':')) return std::nullopt;
  const auto minutes = text.number(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
}

// `:SS`, with up to nine digits behind a point.
std::optional<std::chrono::nanoseconds> seconds_in(Front& text) {
  if (!text.take(':')) return std::nullopt;
  const auto seconds = text.number(2);
  if (!seconds || *seconds > 59) return std::nullopt;
  std::chrono::nanoseconds time = std::chrono::seconds(*seconds);
  if (!text.take('.')) return time;
  std::chrono::nanoseconds unit = std::chrono::milliseconds(100);
  auto digit = text.number(1);
  if (!digit) return std::nullopt;
  for (; digit && unit.count() > 0; digit = text.number(1), unit /= 10) time += *digit * unit;
  if (digit) return std::nullopt;
  return time;
}

// `Z`, or what is to be taken away: `+02:00`.
std::optional<std::chrono::minutes> offset_in(Front& text) {
  if (text.take('Z')) return std::chrono::minutes(0);
  const bool is_east = text.take('+');
  if (!is_east && !text.take('-')) return std::nullopt;
  const auto offset = minutes_in(text);
  if (!offset) return std::nullopt;
  return is_east ? *offset : -*offset;
}

struct Time {
  std::chrono::sys_seconds minute;
  std::chrono::nanoseconds behind;

  friend auto operator<=>(const Time&, const Time&) = default;
};

// ISO 8601 as AWS writes it: `2023-03-28T12:00:00.000Z`.
std::optional<Time> read_time(std::string_view text) {
  Front front(text);
  const auto day = day_in(front);
  if (!day || !front.take('T')) return std::nullopt;
  const auto minutes = minutes_in(front);
  if (!minutes) return std::nullopt;
  const auto seconds = seconds_in(front);
  if (!seconds) return std::nullopt;
  const auto offset = offset_in(front);
  if (!offset || !front.is_over()) return std::nullopt;
  return Time{.minute = *day + *minutes - *offset, .behind = *seconds};
}

Result<Time> time_at(const json::object& policy, std::string_view name) {
  const json::value* value = policy.if_contains(name);
  const auto time =
      value != nullptr && value->is_string() ? read_time(value->get_string()) : std::nullopt;
  if (time) return *time;
  return errors::invalid_attribute(
      fmt::format("{} must be a time like 2023-03-28T12:00:00.000Z", name));
}

Result<void> check(const json::object& policy) {
  for (const auto& [name, value] : policy) {
    if (name != "PointType" && name != "StartingPoint" && name != "EndingPoint")
      return errors::invalid_attribute(fmt::format("Unexpected JSON member: {}", name));
  }
  const json::value* type = policy.if_contains("PointType");
  if (type == nullptr || !type->is_string() || type->get_string() != "Timestamp")
    return errors::invalid_attribute("PointType must be Timestamp");
  const Time start = TRY(time_at(policy, "StartingPoint"));
  if (!policy.contains("EndingPoint")) return {};
  const Time end = TRY(time_at(policy, "EndingPoint"));
  if (start < end) return {};
  return errors::invalid_attribute("EndingPoint must be later than StartingPoint");
}

}  // namespace

Result<std::string> read_replay_policy(std::string_view value) {
  if (value.empty()) return std::string();
  boost::system::error_code error;
  const json::value parsed = json::parse(value, error);
  if (error || !parsed.is_object() || value.size() > limits::kept_text_bytes_max)
    return errors::invalid_attribute("failed to parse JSON");
  if (parsed.get_object().empty()) return std::string();
  TRY(check(parsed.get_object()));
  return std::string(value);
}

}  // namespace mailrail::sns
