// CHECK: what must be true for the program to go on.
//
// A failed CHECK is a bug in mailrail, never bad input. It is on in every build, prints the
// condition and where it stands, and aborts: a crash and a replay of the log beat going on with a
// wrong state.

#pragma once

namespace mailrail {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace mailrail

#define CHECK(condition)                                                                        \
  (__builtin_expect(!(condition), 0) ? ::mailrail::check_failed(#condition, __FILE__, __LINE__) \
                                     : (void)0)
