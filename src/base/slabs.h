// Slabs: small blocks that live long, each size in slabs of its own, beside the heap.
//
// Between what stays in the heap and what comes and goes with every call there would be holes,
// from which every small allocation of the process would then be served, each time another one
// that no cache has. A slab is mapped from the system and goes back to it when its last block is
// freed, but for a few that are kept for the next ones. One thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mailrail {

class Slabs {
 public:
  static constexpr std::size_t slab_bytes = std::size_t{16} << 10;
  static constexpr std::size_t block_bytes_max = 2032;  // Eight to a slab.

  Slabs() = default;
  ~Slabs();
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;

  // At most block_bytes_max, aligned to `alignment`. Goes back with the same length.
  static constexpr std::size_t alignment = 16;
  char* take(std::size_t bytes);
  void give_back(char* block, std::size_t bytes);

  // Of slabs, however full they are.
  std::uint64_t memory_bytes() const { return slab_count_ * slab_bytes; }
  // Of blocks in use.
  std::uint64_t used_bytes() const { return used_bytes_; }
  // These, and room between them that only blocks of the same size can take. Not counted is the
  // room of a slab for each size, which new blocks take first.
  std::uint64_t committed_bytes() const;

 private:
  struct Slab;
  // Steps of 16 bytes up to 128, then four to each doubling: a block of more than 64 bytes is at
  // most a quarter longer than what was asked for.
  static constexpr std::size_t class_count = 24;
  static std::size_t class_of(std::size_t bytes);
  static std::size_t block_bytes(std::size_t size_class);

  Slab& add_slab(std::size_t size_class);
  void retire(Slab& slab);
  void link(Slab& slab);
  void unlink(Slab& slab);

  std::array<Slab*, class_count> with_room_ = {};  // Of each size, the one to take from first.
  std::vector<char*> spares_;                      // Mapped, of no size.
  std::array<std::uint32_t, class_count> slabs_of_ = {};  // How many of each size.
  std::uint64_t sizes_in_use_ = 0;                        // How many have any.
  std::uint64_t slab_count_ = 0;                          // With the spares.
  std::uint64_t used_bytes_ = 0;
};

// For containers.
template <class Value>
class SlabAllocator {
  static_assert(alignof(Value) <= Slabs::alignment);

 public:
  using value_type = Value;

  explicit SlabAllocator(Slabs& slabs) : slabs_(&slabs) {}
  template <class Other>
  // NOLINTNEXTLINE(google-explicit-constructor): containers convert allocators.
  SlabAllocator(const SlabAllocator<Other>& other) : slabs_(&other.slabs()) {}

  Slabs& slabs() const { return *slabs_; }
  Value* allocate(std::size_t count) {
    return reinterpret_cast<Value*>(slabs_->take(count * sizeof(Value)));
  }
  void deallocate(Value* block, std::size_t count) {
    slabs_->give_back(reinterpret_cast<char*>(block), count * sizeof(Value));
  }

  friend bool operator==(const SlabAllocator& left, const SlabAllocator& right) {
    return left.slabs_ == right.slabs_;
  }

 private:
  Slabs* slabs_;
};

}  // namespace mailrail
