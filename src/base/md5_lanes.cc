#include "base/md5_lanes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <utility>

#include "base/check.h"

namespace mailrail {
namespace {

constexpr std::size_t lanes = 16;
constexpr std::size_t block_bytes = 64;
constexpr std::size_t words = block_bytes / sizeof(std::uint32_t);
using Words = std::uint32_t __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
using State = std::array<Words, 4>;
using Blocks = std::array<const char*, lanes>;
static_assert(std::endian::native == std::endian::little);

// RFC 1321, 3.3 and 3.4.
constexpr std::array<std::uint32_t, 4> initial = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
constexpr std::array<std::array<int, 4>, 4> rotations = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
constexpr std::array<std::uint32_t, 64> sines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

template <std::size_t Step>
[[gnu::always_inline]] inline void step(State& state, const std::array<Words, words>& message) {
  constexpr std::size_t round = Step / 16;
  constexpr std::size_t word = (round == 0   ? Step
                                : round == 1 ? 5 * Step + 1
                                : round == 2 ? 3 * Step + 5
                                             : 7 * Step) %
                               words;
  constexpr int rotation = rotations[round][Step % 4];
  Words& a = state[(64 - Step) % 4];
  const Words& b = state[(65 - Step) % 4];
  const Words& c = state[(66 - Step) % 4];
  const Words& d = state[(67 - Step) % 4];
  Words mixed;
  if constexpr (round == 0) mixed = d ^ (b & (c ^ d));
  if constexpr (round == 1) mixed = c ^ (d & (b ^ c));
  if constexpr (round == 2) mixed = b ^ c ^ d;
  if constexpr (round == 3) mixed = c ^ (b | ~d);
  const Words sum = a + mixed + message[word] + sines[Step];
  a = b + (sum << rotation | sum >> (32 - rotation));
}

// One block in each lane.
[[gnu::always_inline]] inline void take_blocks(State& state, const Blocks& blocks) {
  std::array<Words, words> message;
  for (std::size_t word = 0; word < words; ++word) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      std::uint32_t value;
      std::memcpy(&value, blocks[lane] + word * sizeof value, sizeof value);
      message[word][lane] = value;
    }
  }
  const State before = state;
  [&]<std::size_t... Steps>(std::index_sequence<Steps...>) __attribute__((always_inline)) {
    (step<Steps>(state, message), ...);
  }(std::make_index_sequence<64>());
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += before[i];
}

using TakeBlocks = void (*)(State&, const Blocks&);
void take_blocks_anywhere(State& state, const Blocks& blocks) { take_blocks(state, blocks); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) void take_blocks_avx2(State& state, const Blocks& blocks) {
  take_blocks(state, blocks);
}
TakeBlocks best_for_this_machine() {
  return __builtin_cpu_supports("avx2") != 0 ? &take_blocks_avx2 : &take_blocks_anywhere;
}
#else
TakeBlocks best_for_this_machine() { return &take_blocks_anywhere; }
#endif

// What is left of one text.
class Message {
 public:
  Message() = default;
  explicit Message(std::string_view text) : rest_(text) {
    const std::size_t whole = text.size() / block_bytes * block_bytes;
    const std::size_t left = text.size() - whole;
    text.copy(end_.data(), left, whole);
    end_[left] = static_cast<char>(0x80);
    end_bytes_ = left + 1 + sizeof(std::uint64_t) <= block_bytes ? block_bytes : 2 * block_bytes;
    const std::uint64_t bits = std::uint64_t{text.size()} * 8;
    std::memcpy(&end_[end_bytes_ - sizeof bits], &bits, sizeof bits);
  }

  bool is_done() const { return end_taken_ == end_bytes_; }
  // Good as long as the message stays where it is.
  const char* next_block() {
    if (rest_.size() >= block_bytes) {
      const char* const block = rest_.data();
      rest_.remove_prefix(block_bytes);
      return block;
    }
    end_taken_ += block_bytes;
    return &end_[end_taken_ - block_bytes];
  }

 private:
  std::string_view rest_;
  std::array<char, 2 * block_bytes> end_ = {};  // With the padding and the length.
  std::size_t end_bytes_ = 0;
  std::size_t end_taken_ = 0;
};

// Of up to as many texts as there are lanes.
void digest_together(std::span<const std::string_view> texts, std::span<Md5> digests) {
  static const TakeBlocks take_all = best_for_this_machine();
  static constexpr std::array<char, block_bytes> nothing = {};
  std::array<Message, lanes> messages;
  State state;
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = Words{} + initial[i];
  for (std::size_t lane = 0; lane < texts.size(); ++lane) messages[lane] = Message(texts[lane]);
  for (std::size_t left = texts.size(); left > 0;) {
    Blocks blocks;
    std::array<bool, lanes> takes = {};
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      takes[lane] = lane < texts.size() && !messages[lane].is_done();
      blocks[lane] = takes[lane] ? messages[lane].next_block() : nothing.data();
    }
    take_all(state, blocks);
    for (std::size_t lane = 0; lane < texts.size(); ++lane) {
      if (!takes[lane] || !messages[lane].is_done()) continue;
      for (std::size_t i = 0; i < state.size(); ++i) {
        const std::uint32_t word = state[i][lane];
        std::memcpy(&digests[lane][i * sizeof word], &word, sizeof word);
      }
      left -= 1;
    }
  }
}

// A block in each lane takes as long as three one by one.
bool pays(std::span<const std::string_view> texts) {
  std::size_t longest = 0;
  std::size_t all = 0;
  for (const std::string_view each : texts) {
    longest = std::max(longest, each.size());
    all += each.size();
  }
  return texts.size() > 3 && all > 3 * longest;
}

}  // namespace

void md5_of_each(std::span<const std::string_view> texts, std::span<Md5> digests) {
  CHECK(texts.size() == digests.size());
  while (!texts.empty()) {
    const std::size_t count = std::min(texts.size(), lanes);
    if (pays(texts.first(count))) {
      digest_together(texts.first(count), digests.first(count));
    } else {
      std::ranges::transform(texts.first(count), digests.begin(), md5);
    }
    texts = texts.subspan(count);
    digests = digests.subspan(count);
  }
}

void Md5Batch::add(std::string_view text, Place place) {
  entries_.push_back({.text = text, .place = place});
  bytes_ += text.size();
}

void Md5Batch::write() {
  std::ranges::sort(entries_, std::ranges::greater(),
                    [](const Entry& each) { return each.text.size(); });
  std::vector<std::string_view> texts;
  texts.reserve(entries_.size());
  for (const Entry& each : entries_) texts.push_back(each.text);
  std::vector<Md5> digests(texts.size());
  md5_of_each(texts, digests);
  for (std::size_t i = 0; i < digests.size(); ++i)
    std::ranges::copy(digests[i], entries_[i].place.begin());
  entries_.clear();
  bytes_ = 0;
}

}  // namespace mailrail
