#include "base/slabs.h"

#include <algorithm>
#include <bit>
#include <new>

#include <sys/mman.h>

#include "base/check.h"

namespace mailrail {
namespace {

constexpr std::size_t step_bytes = Slabs::alignment;
constexpr std::size_t stepped_max = 128;
constexpr std::size_t stepped_count = stepped_max / step_bytes;
constexpr std::uint16_t none_free = 0xffff;
constexpr std::size_t spares_max = 3;

// Aligned to its own length, so that a block's address says in which slab it is. The highest that
// fits, as the system takes places from the top: so neighbours are one mapping, of which a process
// may have only so many.
char* map_slab() {
  constexpr std::size_t bytes = Slabs::slab_bytes;
  auto* const mapped =
      ::mmap(nullptr, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(mapped != MAP_FAILED);  // The system is out of memory.
  auto* const begin = static_cast<char*>(mapped);
  const std::size_t behind = reinterpret_cast<std::uintptr_t>(begin) % bytes;
  char* const slab = begin + bytes - behind;
  if (behind > 0) CHECK(::munmap(slab + bytes, behind) == 0);
  CHECK(::munmap(begin, bytes - behind) == 0);
  return slab;
}

}  // namespace

// Stands at the slab's begin; its blocks follow.
struct Slabs::Slab {
  static constexpr std::size_t header_bytes = 64;

  char* block(std::size_t index) {
    return reinterpret_cast<char*>(this) + header_bytes + index * bytes;
  }
  // Of a block that is free: the next one.
  std::uint16_t& next_free(std::size_t index) {
    return *reinterpret_cast<std::uint16_t*>(block(index));
  }
  bool is_full() const { return used == capacity; }

  Slab* previous = nullptr;  // In the list of those of the size that have room.
  Slab* next = nullptr;
  std::size_t size_class;
  std::uint32_t bytes;  // Of a block.
  std::uint16_t capacity;
  std::uint16_t used = 0;
  std::uint16_t touched = 0;  // Blocks that were ever used: nobody has looked at those behind.
  std::uint16_t first_free = none_free;
};

Slabs::~Slabs() {
  CHECK(slab_count_ == spares_.size() && "blocks are freed before their slabs");
  for (char* each : spares_) CHECK(::munmap(each, slab_bytes) == 0);
}

std::size_t Slabs::class_of(std::size_t bytes) {
  if (bytes <= stepped_max) return bytes == 0 ? 0 : (bytes - 1) / step_bytes;
  const auto doubling = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 8;
  const std::size_t quarter = ((bytes - 1) >> (doubling + 5)) - 4;
  return stepped_count + doubling * 4 + quarter;
}

std::size_t Slabs::block_bytes(std::size_t size_class) {
  if (size_class < stepped_count) return (size_class + 1) * step_bytes;
  const std::size_t doubling = (size_class - stepped_count) / 4;
  const std::size_t quarter = (size_class - stepped_count) % 4;
  return std::min((quarter + 5) << (doubling + 5), block_bytes_max);
}

char* Slabs::take(std::size_t bytes) {
  CHECK(bytes <= block_bytes_max);
  const std::size_t size_class = class_of(bytes);
  Slab& slab = with_room_[size_class] == nullptr ? add_slab(size_class) : *with_room_[size_class];
  std::size_t index = slab.first_free;
  if (index == none_free) {
    index = slab.touched++;
  } else {
    slab.first_free = slab.next_free(index);
  }
  slab.used += 1;
  used_bytes_ += slab.bytes;
  if (slab.is_full()) unlink(slab);
  return slab.block(index);
}

void Slabs::give_back(char* block, std::size_t bytes) {
  const std::size_t within = reinterpret_cast<std::uintptr_t>(block) % slab_bytes;
  auto& slab = *reinterpret_cast<Slab*>(block - within);
  CHECK(slab.size_class == class_of(bytes));
  const std::size_t index = (within - Slab::header_bytes) / slab.bytes;
  if (slab.is_full()) link(slab);
  slab.next_free(index) = slab.first_free;
  slab.first_free = static_cast<std::uint16_t>(index);
  slab.used -= 1;
  used_bytes_ -= slab.bytes;
  if (slab.used == 0) retire(slab);
}

Slabs::Slab& Slabs::add_slab(std::size_t size_class) {
  char* place = nullptr;
  if (spares_.empty()) {
    place = map_slab();
    slab_count_ += 1;
  } else {
    place = spares_.back();
    spares_.pop_back();
  }
  static_assert(sizeof(Slab) <= Slab::header_bytes);
  const std::size_t bytes = block_bytes(size_class);
  auto* const slab = new (place)
      Slab{.size_class = size_class,
           .bytes = static_cast<std::uint32_t>(bytes),
           .capacity = static_cast<std::uint16_t>((slab_bytes - Slab::header_bytes) / bytes)};
  if (slabs_of_[size_class]++ == 0) sizes_in_use_ += 1;
  link(*slab);
  return *slab;
}

std::uint64_t Slabs::committed_bytes() const {
  const std::uint64_t for_any_size = (spares_.size() + sizes_in_use_) * slab_bytes;
  return std::max(used_bytes_, memory_bytes() - std::min(memory_bytes(), for_any_size));
}

void Slabs::retire(Slab& slab) {
  unlink(slab);
  if (--slabs_of_[slab.size_class] == 0) sizes_in_use_ -= 1;
  // The system refuses where it would have to make two mappings of one, and has too many.
  if (spares_.size() < spares_max || ::munmap(&slab, slab_bytes) != 0) {
    spares_.push_back(reinterpret_cast<char*>(&slab));
  } else {
    slab_count_ -= 1;
  }
}

void Slabs::link(Slab& slab) {
  Slab*& first = with_room_[slab.size_class];
  slab.previous = nullptr;
  slab.next = first;
  if (first != nullptr) first->previous = &slab;
  first = &slab;
}

void Slabs::unlink(Slab& slab) {
  (slab.previous == nullptr ? with_room_[slab.size_class] : slab.previous->next) = slab.next;
  if (slab.next != nullptr) slab.next->previous = slab.previous;
}

}  // namespace mailrail
