#include "base/size.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace mailrail {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr Unit units[] = {{"KiB", std::uint64_t{1} << 10},
                          {"MiB", std::uint64_t{1} << 20},
                          {"GiB", std::uint64_t{1} << 30},
                          {"TiB", std::uint64_t{1} << 40},
                          {"KB", 1'000},
                          {"MB", 1'000'000},
                          {"GB", 1'000'000'000},
                          {"TB", 1'000'000'000'000}};

bool is_same_word(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](unsigned char one, unsigned char other) {
    return std::tolower(one) == std::tolower(other);
  });
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::string_view name = text.substr(static_cast<std::size_t>(rest - text.data()));
  if (name.starts_with(' ')) name.remove_prefix(1);
  const auto* const unit =
      std::ranges::find_if(units, [&](const Unit& each) { return is_same_word(each.name, name); });
  if (unit == std::end(units)) return std::nullopt;
  if (number > std::numeric_limits<std::uint64_t>::max() / unit->bytes) return std::nullopt;
  return number * unit->bytes;
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  auto shown = static_cast<double>(bytes);
  for (const std::string_view unit : {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}) {
    shown /= 1024;
    const std::string number = fmt::format("{:.1f}", shown);
    if (number == "1024.0") continue;
    if (shown < 1024)
      return fmt::format(
          "{} {}", number.ends_with(".0") ? number.substr(0, number.size() - 2) : number, unit);
  }
  return fmt::format("{} bytes", bytes);
}

}  // namespace mailrail
