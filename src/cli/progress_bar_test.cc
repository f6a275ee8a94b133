#include "cli/progress_bar.h"

#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

TEST(ProgressBar, ShowsTheShareThatIsDone) {
  EXPECT_EQ(bar_text({.title = "verify", .done = 1 << 20, .total = 4 << 20}),
            "verify  [#######.......................]  25%  1 MiB of 4 MiB");
  EXPECT_EQ(bar_text({.title = "verify", .done = 4 << 20, .total = 4 << 20}),
            "verify  [##############################] 100%  4 MiB of 4 MiB");
}

TEST(ProgressBar, NeverGoesBeyondItsEnds) {
  EXPECT_EQ(bar_text({.title = "salvage"}),
            "salvage  [..............................]   0%  0 bytes of 0 bytes");
  EXPECT_EQ(bar_text({.title = "salvage", .done = 9, .total = 3}),
            "salvage  [##############################] 100%  3 bytes of 3 bytes");
}

TEST(ProgressBar, TellsThePaceAndWhatIsLeft) {
  EXPECT_EQ(bar_text({.title = "move",
                      .unit = ProgressBar::Unit::messages,
                      .done = 500,
                      .total = 1000,
                      .elapsed = 5s}),
            "move  [###############...............]  50%  500 of 1000 messages  100/s  6s left");
  EXPECT_EQ(line_text({.title = "verify", .done = 4 << 20, .total = 4 << 20, .elapsed = 2s}),
            "verify  4 MiB of 4 MiB  2 MiB/s");
}

TEST(ProgressBar, CountsWhereNobodyKnowsTheTotal) {
  EXPECT_EQ(
      bar_text({.title = "send", .unit = ProgressBar::Unit::messages, .done = 500, .elapsed = 2s}),
      "send  500 messages  250/s");
}

}  // namespace
}  // namespace mailrail::cli
