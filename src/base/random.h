// Randomness as a seam: the server draws from the operating system, tests and the simulator from a
// seed. What was drawn is kept in facts, so that a replay draws nothing.

#pragma once

#include <cstdint>

namespace mailrail {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  // Uniform in [0, bound). `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound);
};

// Same seed, same numbers, on every machine (xoshiro256**). Not for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::uint64_t state_[4];
};

// From the operating system's generator, through OpenSSL. Fit for secrets.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

}  // namespace mailrail
