#include "sns/allocation_count_testing.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/check.h"

namespace mailrail::sns {
namespace {

thread_local std::size_t count = 0;

}  // namespace

std::size_t allocation_count() { return count; }

}  // namespace mailrail::sns

// NOLINTNEXTLINE(tidy-void-pointer): the language wants it so.
void* operator new(std::size_t bytes) {
  ++mailrail::sns::count;
  auto* memory = std::malloc(std::max<std::size_t>(bytes, 1));
  CHECK(memory != nullptr);
  return memory;
}

// So that what it gives is freed as below, too, which sanitizers look at.
// NOLINTNEXTLINE(tidy-void-pointer): the language wants it so.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return ::operator new(bytes);
}

// NOLINTNEXTLINE(tidy-void-pointer): the language wants it so.
void operator delete(void* memory) noexcept { std::free(memory); }
// NOLINTNEXTLINE(tidy-void-pointer): the language wants it so.
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
