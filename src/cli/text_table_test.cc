#include "cli/text_table.h"

#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

TEST(TextTable, AlignsColumnsByWhatTheyTakeOnATerminal) {
  TextTable table;

  EXPECT_EQ(table.lines({{"NAME", "COUNT"}, {"\u00e9t\u00e9-queue", "7"}, {"a", ""}}),
            "NAME       COUNT\n\u00e9t\u00e9-queue  7\na\n");
}

TEST(TextTable, GoesOnAsWideAsItWas) {
  TextTable table;
  table.lines({{"A", "B"}, {"long", "x"}});

  EXPECT_EQ(table.lines({{"a", "y"}}), "a     y\n");
}

TEST(TextTable, PaintsTheFirstColumn) {
  TextTable table(
      [](std::string_view text) -> std::string_view { return text == "yes" ? "\x1b[32m" : ""; });

  EXPECT_EQ(table.lines({{"yes", "a"}, {"no", "b"}}), "\x1b[32myes\x1b[0m  a\nno   b\n");
}

TEST(Cut, NeverEndsInsideACharacter) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abcd", 3), "ab\u2026");
  EXPECT_EQ(cut("\u00e9\u00e9\u00e9\u00e9", 3), "\u00e9\u00e9\u2026");
}

}  // namespace
}  // namespace mailrail::cli
