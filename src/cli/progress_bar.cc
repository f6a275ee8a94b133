#include "cli/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/size.h"

namespace mailrail::cli {
namespace {

constexpr std::uint64_t cells = 30;
constexpr auto between_drawings = std::chrono::milliseconds(100);
constexpr const char* erase_line = "\r\x1b[K";

}  // namespace

ProgressBar::ProgressBar(std::string title)
    : title_(std::move(title)), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (is_drawn_) fmt::print(stderr, "{}", erase_line);
}

void ProgressBar::at(std::uint64_t done_bytes, std::uint64_t total_bytes) {
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (last_drawn_ && now - *last_drawn_ < between_drawings) return;
  last_drawn_ = now;
  is_drawn_ = true;
  fmt::print(stderr, "{}{}", erase_line, bar_text(title_, done_bytes, total_bytes));
  std::fflush(stderr);
}

std::string bar_text(const std::string& title,
                     std::uint64_t done_bytes,
                     std::uint64_t total_bytes) {
  const std::uint64_t done = std::min(done_bytes, total_bytes);
  const double share =
      total_bytes == 0 ? 0 : static_cast<double>(done) / static_cast<double>(total_bytes);
  const auto filled = static_cast<std::size_t>(share * cells);
  return fmt::format("{}  [{}{}] {:3}%  {} of {}", title, std::string(filled, '#'),
                     std::string(cells - filled, '.'), static_cast<int>(share * 100),
                     size_text(done), size_text(total_bytes));
}

}  // namespace mailrail::cli
