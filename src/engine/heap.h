// What allocations take of the heap, so that structures can count themselves.
//
// As glibc does it: every chunk has 8 bytes of its own, is a multiple of 16 and at least 32. A
// test compares the sum with what the process really allocated, so that a limit on it is worth
// something.

#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/mapped_allocator.h"
#include "engine/queue_attributes.h"

namespace mailrail::engine {

constexpr std::uint64_t heap_bytes(std::uint64_t requested) {
  const std::uint64_t chunk = (requested + 8 + 15) / 16 * 16;
  return chunk < 32 ? 32 : chunk;
}

// By a MappedAllocator: of the heap, or whole pages of the system.
constexpr std::uint64_t mapped_bytes(std::uint64_t requested) {
  constexpr std::uint64_t system_page_bytes = 4096;
  if (requested < mapped_bytes_min) return heap_bytes(requested);
  return (requested + system_page_bytes - 1) / system_page_bytes * system_page_bytes;
}

// Nothing is allocated for the short ones.
inline std::uint64_t heap_bytes_of(const std::string& text) {
  constexpr std::size_t stored_inside_max = 15;
  return text.capacity() > stored_inside_max ? heap_bytes(text.capacity() + 1) : 0;
}

inline std::uint64_t heap_bytes_of(const QueueName& name) {
  return heap_bytes_of(name.region) + heap_bytes_of(name.account) + heap_bytes_of(name.name);
}

inline std::uint64_t heap_bytes_of(QueueId) { return 0; }

template <class Vector>
std::uint64_t heap_bytes_of_vector(const Vector& vector) {
  if (vector.capacity() == 0) return 0;
  return heap_bytes(vector.capacity() * sizeof(typename Vector::value_type));
}

// One entry of a std::map or std::set.
template <class Tree>
constexpr std::uint64_t heap_bytes_of_node() {
  return heap_bytes(4 * sizeof(std::uintptr_t) + sizeof(typename Tree::value_type));
}

// The table of a boost::unordered_flat_set: groups of 15 slots with 16 bytes about them.
template <class Table>
std::uint64_t heap_bytes_of_table(const Table& table) {
  const std::uint64_t slots = table.bucket_count();
  if (slots == 0) return 0;
  const std::uint64_t slot_groups = (slots + 1) / 15;
  return heap_bytes(slots * sizeof(typename Table::value_type) + (slot_groups + 1) * 16 - 1);
}

}  // namespace mailrail::engine
