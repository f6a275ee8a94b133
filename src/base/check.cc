#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace mailrail {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "mailrail: impossible state at %s:%d: %s does not hold. This is a bug.\n",
               file, line, condition);
  std::abort();
}

}  // namespace mailrail
