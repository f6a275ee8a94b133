#include "base/random.h"

#include <bit>

#include <openssl/rand.h>

#include "base/check.h"

namespace mailrail {

std::uint64_t Random::below(std::uint64_t bound) {
  CHECK(bound > 0);
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {  // splitmix64 spreads a small seed over the whole state.
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    word = mixed ^ (mixed >> 31);
  }
}

std::uint64_t SeededRandom::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t SystemRandom::next() {
  std::uint64_t word = 0;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&word), sizeof word) == 1);
  return word;
}

}  // namespace mailrail
