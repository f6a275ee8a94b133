// Slabs: small blocks that live long, each size in slabs of its own, beside the heap.
//
// Between what stays in the heap and what comes and goes with every call there would be holes,
// from which every small allocation of the process would then be served, each time another one
// that no cache has. A slab is mapped from the system and goes back to it when its last block is
// freed, but for a few that are kept for the next ones. A memory resource for the containers of
// std::pmr. One thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace mailrail {

class Slabs final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t slab_bytes = std::size_t{16} << 10;
  static constexpr std::size_t block_bytes_max = 2032;  // Eight to a slab.

  Slabs() = default;
  ~Slabs() override;
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;

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

  // At most block_bytes_max, aligned to at most 16.
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  Slab& add_slab(std::size_t size_class);
  void retire(Slab& slab);
  void link(Slab& slab);
  void unlink(Slab& slab);

  std::array<Slab*, class_count> with_room_ = {};  // Of each size, the one to take from first.
  std::vector<void*> spares_;                      // Mapped, of no size.
  std::array<std::uint32_t, class_count> slabs_of_ = {};  // How many of each size.
  std::uint64_t sizes_in_use_ = 0;                        // How many have any.
  std::uint64_t slab_count_ = 0;                          // With the spares.
  std::uint64_t used_bytes_ = 0;
};

}  // namespace mailrail
