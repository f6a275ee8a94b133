#include "base/duration_text.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace mailrail {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};

constexpr Unit units[] = {{"d", 24h}, {"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}};

// What follows the number: letters up to the next digit.
std::string_view take_name(std::string_view& text) {
  const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
  text.remove_prefix(name.size());
  return name;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  const Unit* next = std::begin(units);
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const std::string_view name = take_name(text);
    while (next != std::end(units) && next->name != name) ++next;
    if (next == std::end(units)) return std::nullopt;
    const std::int64_t left = std::numeric_limits<std::int64_t>::max() - sum;
    if (number > left / next->length.count()) return std::nullopt;
    sum += number * next->length.count();
    ++next;
  }
  return Duration(sum);
}

std::string duration_text(Duration duration) {
  if (duration == Duration(0)) return "0s";
  std::string text;
  for (const Unit& each : units) {
    if (const auto count = duration / each.length; count > 0)
      text += fmt::format("{}{}", count, each.name);
    duration %= each.length;
  }
  return text;
}

}  // namespace mailrail
