#include "sns/allocation_count_testing.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAILRAIL_HEAP_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MAILRAIL_HEAP_IS_SANITIZED 1
#endif
#endif

namespace mailrail::sns {
namespace {

thread_local std::size_t count = 0;

}  // namespace

std::size_t allocation_count() { return count; }

}  // namespace mailrail::sns

#ifdef MAILRAIL_HEAP_IS_SANITIZED

// A sanitizer has an operator new of its own, and tells who asks of it.

#include <sanitizer/allocator_interface.h>

#include "base/check.h"

namespace mailrail::sns {
namespace {

// NOLINTNEXTLINE(tidy-void-pointer): the hooks are declared so.
void count_one(const volatile void*, std::size_t) { ++count; }
// NOLINTNEXTLINE(tidy-void-pointer): likewise.
void ignore(const volatile void*) {}

[[maybe_unused]] const bool is_counting = [] {
  CHECK(__sanitizer_install_malloc_and_free_hooks(&count_one, &ignore) != 0);
  return true;
}();

}  // namespace
}  // namespace mailrail::sns

#else

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/check.h"

// NOLINTNEXTLINE(tidy-void-pointer): the language wants it so.
void* operator new(std::size_t bytes) {
  ++mailrail::sns::count;
  auto* memory = std::malloc(std::max<std::size_t>(bytes, 1));
  CHECK(memory != nullptr);
  return memory;
}

// NOLINTNEXTLINE(tidy-void-pointer): the language wants it so.
void operator delete(void* memory) noexcept { std::free(memory); }
// NOLINTNEXTLINE(tidy-void-pointer): the language wants it so.
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#endif
