#include "base/log_fields.h"

#include <gtest/gtest.h>

namespace mailrail {
namespace {

TEST(LogFields, ComeBackAsTheyWereGiven) {
  const std::string line =
      with_fields("call", {{"action", "SendMessage"}, {"dur_ms", "1.5", LogField::Kind::number}});

  const LogLine split = split_fields(line);
  EXPECT_EQ(split.sentence, "call");
  ASSERT_EQ(split.fields.size(), 2u);
  EXPECT_EQ(split.fields[0].name, "action");
  EXPECT_EQ(split.fields[0].value, "SendMessage");
  EXPECT_EQ(split.fields[1].value, "1.5");
  EXPECT_EQ(split.fields[1].kind, LogField::Kind::number);
}

TEST(LogFields, LeaveOutWhatIsEmpty) {
  EXPECT_TRUE(split_fields(with_fields("call", {{"queue", ""}})).fields.empty());
  EXPECT_EQ(split_fields("a sentence").sentence, "a sentence");
}

TEST(LogFields, AreNotMadeUpByAValue) {
  const std::string hostile =
      "q\n\x1d"
      "code\x1f"
      "OK\x1e"
      "dur_ms\x1f"
      "0\x1b[2J\r";

  const std::string line = with_fields(hostile, {{"queue", hostile}});
  const LogLine split = split_fields(line);
  ASSERT_EQ(split.fields.size(), 1u);
  EXPECT_EQ(split.fields[0].value,
            "q\\u000a\\u001dcode\\u001fOK\\u001edur_ms\\u001f0\\u001b[2J\\u000d");
  EXPECT_EQ(split.sentence, split.fields[0].value);
}

TEST(EscapedForLog, KeepsTextAndEscapesWhatIsNoUtf8) {
  EXPECT_EQ(escaped_for_log("Grüße 漢字 😀"), "Grüße 漢字 😀");
  EXPECT_EQ(escaped_for_log("\xff\xc3("), "\\xff\\xc3(");
  EXPECT_EQ(escaped_for_log("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // A surrogate.
  EXPECT_EQ(escaped_for_log("\xc0\xaf"), "\\xc0\\xaf");           // Overlong.
  EXPECT_EQ(escaped_for_log("\xe2\x80"), "\\xe2\\x80");           // Cut short.
  EXPECT_EQ(escaped_for_log("\xc2\x9b"
                            "31m"),
            "\\u009b31m");  // C1.
  EXPECT_EQ(escaped_for_log("a\xe2\x80\xae"
                            "b"),
            "a\\u202eb");  // Turns the direction.
}

}  // namespace
}  // namespace mailrail
