#include "cli/progress_bar.h"

#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

TEST(ProgressBar, ShowsTheShareThatIsDone) {
  EXPECT_EQ(bar_text("verify", 1 << 20, 4 << 20),
            "verify  [#######.......................]  25%  1 MiB of 4 MiB");
  EXPECT_EQ(bar_text("verify", 4 << 20, 4 << 20),
            "verify  [##############################] 100%  4 MiB of 4 MiB");
}

TEST(ProgressBar, NeverGoesBeyondItsEnds) {
  EXPECT_EQ(bar_text("salvage", 0, 0),
            "salvage  [..............................]   0%  0 bytes of 0 bytes");
  EXPECT_EQ(bar_text("salvage", 9, 3),
            "salvage  [##############################] 100%  3 bytes of 3 bytes");
}

}  // namespace
}  // namespace mailrail::cli
