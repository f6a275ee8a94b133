// MappedAllocator: memory whose larger blocks are mapped from the system and go back to it when
// they are freed.
//
// For structures that grow large for a while, like what is remembered for five minutes: the heap
// keeps most of what was freed in its middle, so the process would stay as large as it ever was.
// glibc maps large blocks, too, but raises what it takes for large with each that is freed. To map
// and clear a block costs more than to take one from the heap, so this is not for what comes and
// goes with every call. Linux lets a process have 65,530 mappings (vm.max_map_count), of which
// neighbours are one: if every other block of 48 KiB were freed, that would be 6 GiB of blocks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include <sys/mman.h>

#include "base/check.h"

namespace mailrail {

inline constexpr std::size_t mapped_bytes_min = std::size_t{32} << 10;

template <class Value>
struct MappedAllocator {
  using value_type = Value;

  MappedAllocator() = default;
  template <class Other>
  // NOLINTNEXTLINE(google-explicit-constructor): containers convert allocators.
  MappedAllocator(const MappedAllocator<Other>&) {}

  Value* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(Value);
    if (bytes < mapped_bytes_min) return static_cast<Value*>(::operator new(bytes));
    auto* const block =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(block != MAP_FAILED);  // The system is out of memory.
    return static_cast<Value*>(block);
  }

  void deallocate(Value* block, std::size_t count) {
    const std::size_t bytes = count * sizeof(Value);
    if (bytes < mapped_bytes_min) return ::operator delete(block);
    CHECK(::munmap(block, bytes) == 0);
  }

  friend bool operator==(const MappedAllocator&, const MappedAllocator&) { return true; }
};

}  // namespace mailrail
