#include "console/history.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::console {
namespace {

using Span = History::Span;

constexpr QueueId queue{7};

Point point(std::uint32_t visible) {
  Point made;
  made.numbers[Point::visible] = visible;
  return made;
}

// The depths, with - where nobody knows.
std::string depths(const History::Extract& extract) {
  std::string text;
  for (const auto& each : extract.points)
    text += (each ? std::to_string(each->numbers[Point::visible]) : "-") + " ";
  return text;
}

TEST(History, TellsEachSecondAndWhereThereWasNone) {
  History history;
  history.add_second(queue, 100, point(1));
  history.add_second(queue, 101, point(1));
  history.add_second(queue, 104, point(2));

  const History::Extract extract = history.read(queue, Span::ten_minutes);

  EXPECT_EQ(extract.step, 1u);
  EXPECT_EQ(extract.start, 100u);
  EXPECT_EQ(depths(extract), "1 1 - - 2 ");
  EXPECT_EQ(depths(history.last_second(queue)), "2 ");
}

TEST(History, KeepsTenMinutesOfSecondsAndADayOfMinutes) {
  History history;
  for (std::uint32_t second = 0; second < 1000; ++second)
    history.add_second(queue, second, point(second));
  for (std::uint32_t minute = 0; minute < 2000; ++minute)
    history.add_minute(queue, minute, point(minute));

  const History::Extract seconds = history.read(queue, Span::ten_minutes);
  const History::Extract minutes = history.read(queue, Span::day);

  EXPECT_EQ(seconds.start, 400u);
  EXPECT_EQ(seconds.points.size(), 600u);
  EXPECT_EQ(minutes.start, 560u * 60);
  EXPECT_EQ(minutes.points.size(), 1440u);
  EXPECT_EQ(minutes.points.back(), point(1999));
}

TEST(History, TellsMinutesOfAQueueThatHasNoSeconds) {
  History history;
  for (std::uint32_t minute = 0; minute < 30; ++minute)
    history.add_minute(queue, minute, point(minute));

  const History::Extract extract = history.read(queue, Span::ten_minutes);

  EXPECT_EQ(extract.step, 60u);
  EXPECT_EQ(extract.points.size(), 10u);
  EXPECT_TRUE(history.read(QueueId(8), Span::day).points.empty());
}

TEST(History, TakesNextToNothingForWhatDoesNotChange) {
  History history;
  for (std::uint32_t minute = 0; minute < 1440; ++minute)
    history.add_minute(queue, minute, point(0));

  EXPECT_LT(history.bytes(), 400u);
  EXPECT_EQ(history.read(queue, Span::day).points.size(), 1440u);
}

TEST(History, KeepsWithinItsBoundAndLosesTheOldestOfAllAlike) {
  History history(256 << 10);
  for (std::uint32_t minute = 0; minute < 1000; ++minute) {
    for (std::uint32_t id = 1; id <= 20; ++id)
      history.add_minute(QueueId(id), minute, point(minute));
    ASSERT_LE(history.bytes(), std::size_t{256} << 10);
  }

  for (std::uint32_t id = 1; id <= 20; ++id) {
    const History::Extract extract = history.read(QueueId(id), Span::day);
    EXPECT_GT(extract.points.size(), 200u);
    EXPECT_EQ(extract.points.back(), point(999));
  }
}

TEST(History, KeepsWithinItsBoundWhateverTheNumberOfQueues) {
  History history(64 << 10);
  for (std::uint32_t id = 1; id <= 10'000; ++id) history.add_minute(QueueId(id), 1, point(id));

  EXPECT_LE(history.bytes(), std::size_t{64} << 10);
}

TEST(History, ForgetsQueuesThatAreGone) {
  History history;
  history.add_minute(queue, 1, point(1));
  history.add_minute(QueueId(8), 2, point(1));

  history.forget_without(2);

  EXPECT_TRUE(history.read(queue, Span::day).points.empty());
  EXPECT_EQ(history.read(QueueId(8), Span::day).points.size(), 1u);
}

TEST(History, KeepsAQueueWhoseFirstMinuteIsNotOver) {
  History history;
  history.add_second(queue, 180, point(1));
  history.add_second(QueueId(8), 119, point(1));

  history.forget_without(2);

  EXPECT_EQ(history.last_second(queue).points.size(), 1u);
  EXPECT_TRUE(history.last_second(QueueId(8)).points.empty());
}

TEST(History, IsWrittenByNumber) {
  History history;
  history.add_second(queue, 100, point(3));
  history.add_second(queue, 102, point(4));
  std::string text;
  JsonWriter json(text);

  json.begin_object();
  write(json, history.read(queue, Span::ten_minutes));
  json.end_object();

  EXPECT_EQ(text, R"({"Start":100,"Step":1,"Series":{"Visible":[3,null,4],"InFlight":[0,null,0],)"
                  R"("Delayed":[0,null,0],"OldestAge":[0,null,0],"Sent":[0,null,0],)"
                  R"("Received":[0,null,0],"Deleted":[0,null,0]}})");
}

}  // namespace
}  // namespace mailrail::console
