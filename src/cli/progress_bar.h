// ProgressBar: how far a long work has come, on a terminal.
//
// It draws on standard error, so that standard output can go to a file, and nothing at all where
// that is no terminal. It is gone from the screen when it is gone itself.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "ops/progress.h"

namespace mailrail::cli {

class ProgressBar final : public ops::Progress {
 public:
  explicit ProgressBar(std::string title);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() override;

  void at(std::uint64_t done_bytes, std::uint64_t total_bytes) override;

 private:
  std::string title_;
  bool is_terminal_;
  bool is_drawn_ = false;
  std::optional<std::chrono::steady_clock::time_point> last_drawn_;
};

// The bar as text: "verify  [#####.....]  50%  1.2 GiB of 2.4 GiB".
std::string bar_text(const std::string& title, std::uint64_t done_bytes, std::uint64_t total_bytes);

}  // namespace mailrail::cli
