// Progress: how far a long work has come, for somebody who waits for it.
//
// Seam: the command line draws a bar on a terminal, tests listen or don't. It is told in bytes,
// often, so it has to be cheap.

#pragma once

#include <cstdint>

namespace mailrail::ops {

class Progress {
 public:
  virtual ~Progress() = default;
  // The total may grow as more becomes known.
  virtual void at(std::uint64_t done_bytes, std::uint64_t total_bytes) = 0;
};

class NoProgress final : public Progress {
 public:
  void at(std::uint64_t, std::uint64_t) override {}
};

}  // namespace mailrail::ops
