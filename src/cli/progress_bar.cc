#include "cli/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/duration_text.h"
#include "base/size.h"

namespace mailrail::cli {
namespace {

constexpr std::uint64_t cells = 30;
constexpr auto between_drawings = std::chrono::milliseconds(100);
constexpr auto between_lines = std::chrono::seconds(5);
constexpr const char* erase_line = "\r\x1b[K";

std::string amount(ProgressBar::Unit unit, std::uint64_t count) {
  return unit == ProgressBar::Unit::bytes ? size_text(count) : fmt::to_string(count);
}

std::string done_text(const ProgressText& progress) {
  const char* const noun = progress.unit == ProgressBar::Unit::bytes ? "" : " messages";
  const std::uint64_t done =
      progress.total == 0 ? progress.done : std::min(progress.done, progress.total);
  if (progress.total == 0 && progress.done > 0)
    return fmt::format("{}{}", amount(progress.unit, done), noun);
  return fmt::format("{} of {}{}", amount(progress.unit, done),
                     amount(progress.unit, progress.total), noun);
}

// In the first second a pace means nothing.
std::string pace_text(const ProgressText& progress) {
  if (progress.elapsed < 1s || progress.done == 0) return {};
  const double seconds = static_cast<double>(progress.elapsed.count()) / 1000;
  const double pace = static_cast<double>(progress.done) / seconds;
  std::string text = fmt::format(
      "  {}/s",
      amount(progress.unit, std::max<std::uint64_t>(1, static_cast<std::uint64_t>(pace))));
  if (progress.total > progress.done) {
    const double left = static_cast<double>(progress.total - progress.done) / pace;
    const std::chrono::seconds whole(static_cast<std::int64_t>(left) + 1);
    text += fmt::format("  {} left", duration_text(whole));
  }
  return text;
}

}  // namespace

ProgressBar::ProgressBar(std::string title, Unit unit)
    : title_(std::move(title)), unit_(unit), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (is_drawn_) fmt::print(stderr, "{}", erase_line);
  is_drawn_ = false;
}

void ProgressBar::at(std::uint64_t done, std::uint64_t total) {
  const auto now = std::chrono::steady_clock::now();
  const auto since = now - last_drawn_.value_or(begun_);
  if (is_terminal_ ? last_drawn_ && since < between_drawings : since < between_lines) return;
  last_drawn_ = now;
  const ProgressText progress{.title = title_,
                              .unit = unit_,
                              .done = done,
                              .total = total,
                              .elapsed = std::chrono::duration_cast<Duration>(now - begun_)};
  if (is_terminal_) {
    is_drawn_ = true;
    fmt::print(stderr, "{}{}", erase_line, bar_text(progress));
  } else {
    fmt::print(stderr, "{}\n", line_text(progress));
  }
  std::fflush(stderr);
}

std::string bar_text(const ProgressText& progress) {
  const bool is_unknown = progress.total == 0 && progress.done > 0;
  if (is_unknown) return line_text(progress);
  const std::uint64_t done = std::min(progress.done, progress.total);
  const double share =
      progress.total == 0 ? 0 : static_cast<double>(done) / static_cast<double>(progress.total);
  const auto filled = static_cast<std::size_t>(share * cells);
  return fmt::format("{}  [{}{}] {:3}%  {}{}", progress.title, std::string(filled, '#'),
                     std::string(cells - filled, '.'), static_cast<int>(share * 100),
                     done_text(progress), pace_text(progress));
}

std::string line_text(const ProgressText& progress) {
  return fmt::format("{}  {}{}", progress.title, done_text(progress), pace_text(progress));
}

}  // namespace mailrail::cli
