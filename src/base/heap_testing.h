// What a process has really allocated, for tests that hold structures to what they may take.
// Nothing here is part of mailrail itself.

#pragma once

#include <cstddef>
#include <fstream>

#include <malloc.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAILRAIL_HEAP_IS_GLIBC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MAILRAIL_HEAP_IS_GLIBC 0
#endif
#endif
#ifndef MAILRAIL_HEAP_IS_GLIBC
#define MAILRAIL_HEAP_IS_GLIBC 1
#endif

namespace mailrail {

// What is used of the heap, and what is mapped beside it, by the heap or by a MappedAllocator.
inline double memory_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const std::size_t address_space = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return static_cast<double>(address_space - info.arena + info.uordblks);
}

}  // namespace mailrail
