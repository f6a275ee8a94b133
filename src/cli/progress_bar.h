// ProgressBar: how far a long work has come: what is done, how fast, and how long it may still
// take.
//
// It is told on standard error, so that standard output can go to a file: on a terminal as a bar,
// which is gone from the screen when it is gone itself; elsewhere as a line every five seconds.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "ops/progress.h"

namespace mailrail::cli {

class ProgressBar final : public ops::Progress {
 public:
  enum class Unit : std::uint8_t { bytes, messages };

  explicit ProgressBar(std::string title, Unit unit = Unit::bytes);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() override;

  // A total of 0 is one that nobody knows.
  void at(std::uint64_t done, std::uint64_t total) override;

  // Before something else is printed.
  void clear();

 private:
  std::string title_;
  Unit unit_;
  bool is_terminal_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::optional<std::chrono::steady_clock::time_point> last_drawn_;
};

struct ProgressText {
  std::string title;
  ProgressBar::Unit unit = ProgressBar::Unit::bytes;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  Duration elapsed = {};
};

// "verify  [#####.....]  50%  1.2 GiB of 2.4 GiB  300 MiB/s  4s left"; in the first second without
// the pace.
std::string bar_text(const ProgressText& progress);

// "verify  1.2 GiB of 2.4 GiB  300 MiB/s  4s left"
std::string line_text(const ProgressText& progress);

}  // namespace mailrail::cli
