#include "sns/replay_policy.h"

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

std::string told(const std::string& policy) {
  const Result<std::string> read = read_replay_policy(policy);
  return read ? *read : read.error().message;
}

std::string from(const std::string& start) {
  return R"({"PointType":"Timestamp","StartingPoint":")" + start + "\"}";
}

std::string from_to(const std::string& start, const std::string& end) {
  return R"({"PointType":"Timestamp","StartingPoint":")" + start + R"(","EndingPoint":")" + end +
         "\"}";
}

TEST(ReplayPolicy, IsKeptAsItWasSent) {
  for (const std::string time :
       {"2023-03-28T12:00:00.000Z", "2024-02-29T23:59:59Z", "2023-03-28T12:00:00+02:00",
        "2023-03-28T12:00:00.123456789-05:30"})
    EXPECT_EQ(told(from(time)), from(time));
  EXPECT_EQ(told(from_to("2023-03-28T12:00:00.001Z", "2023-03-28T12:00:00.002Z")),
            from_to("2023-03-28T12:00:00.001Z", "2023-03-28T12:00:00.002Z"));
}

TEST(ReplayPolicy, IsTakenAwayByNothing) {
  EXPECT_EQ(told(""), "");
  EXPECT_EQ(told("{}"), "");
}

TEST(ReplayPolicy, HasATypeAndAStart) {
  EXPECT_EQ(told("replay"), "failed to parse JSON");
  EXPECT_EQ(told("[]"), "failed to parse JSON");
  EXPECT_EQ(told(R"({"StartingPoint":"2023-03-28T12:00:00.000Z"})"), "PointType must be Timestamp");
  EXPECT_EQ(told(R"({"PointType":"Offset","StartingPoint":"2023-03-28T12:00:00.000Z"})"),
            "PointType must be Timestamp");
  EXPECT_EQ(told(R"({"PointType":"Timestamp","Start":"2023-03-28T12:00:00.000Z"})"),
            "Unexpected JSON member: Start");
  EXPECT_EQ(told(R"({"PointType":"Timestamp"})"),
            "StartingPoint must be a time like 2023-03-28T12:00:00.000Z");
}

TEST(ReplayPolicy, HasTimesThatThereAre) {
  for (const std::string time :
       {"", "now", "2023-03-28", "2023-03-28T12:00Z", "2023-03-28 12:00:00Z",
        "2023-02-29T12:00:00Z", "2023-13-01T12:00:00Z", "2023-00-01T12:00:00Z",
        "2023-03-28T24:00:00Z", "2023-03-28T12:60:00Z", "2023-03-28T12:00:60Z",
        "2023-03-28T12:00:00", "2023-03-28T12:00:00.Z", "2023-03-28T12:00:00.0000000000Z",
        "2023-03-28T12:00:00+2:00", "2023-03-28T12:00:00Zz", "-023-03-28T12:00:00Z"})
    EXPECT_EQ(told(from(time)), "StartingPoint must be a time like 2023-03-28T12:00:00.000Z")
        << time;
}

TEST(ReplayPolicy, EndsAfterItsStart) {
  const std::string wrong = "EndingPoint must be later than StartingPoint";
  EXPECT_EQ(told(from_to("2023-03-28T12:00:00Z", "2023-03-28T12:00:00.000Z")), wrong);
  EXPECT_EQ(told(from_to("2023-03-28T12:00:00Z", "2023-03-28T13:00:00+02:00")), wrong);
  EXPECT_EQ(told(from_to("2023-03-28T12:00:00Z", "2022-03-28T12:00:01Z")), wrong);
  EXPECT_EQ(told(from_to("2023-03-28T12:00:00Z", "later")),
            "EndingPoint must be a time like 2023-03-28T12:00:00.000Z");
}

}  // namespace
}  // namespace mailrail::sns
