#include "console/recorder.h"

#include <string>

#include <fmt/format.h>

#include "console/console_testing.h"

namespace mailrail::console {
namespace {

using Span = History::Span;

class RecorderTest : public ConsoleTest {
 protected:
  void sample() {
    const std::unique_ptr<Sample> sample = recorder.next_sample();
    answer(*sample);
    recorder.take(*sample, turn.now);
  }
  std::uint32_t last(QueueId queue, Point::Number number) const {
    const History::Extract extract = recorder.history().last_second(queue);
    return extract.points.empty() ? 0 : extract.points.back()->numbers[number];
  }

  Recorder recorder{traffic};
};

TEST_F(RecorderTest, KeepsHowAQueueIsAndWhatWentThroughIt) {
  const QueueId queue = create("q");
  sample();
  send(queue);
  send(queue);
  pass(1s);

  sample();

  EXPECT_EQ(last(queue, Point::visible), 2u);
  EXPECT_EQ(last(queue, Point::sent), 2u);
  EXPECT_EQ(last(queue, Point::oldest_age), 1u);
}

TEST_F(RecorderTest, KeepsAllQueuesTogether) {
  const QueueId one = create("one");
  const QueueId other = create("other");
  sample();
  send(one);
  send(other);
  pass(1s);

  sample();

  EXPECT_EQ(last(Recorder::all_queues, Point::visible), 2u);
  EXPECT_EQ(last(Recorder::all_queues, Point::sent), 2u);
}

TEST_F(RecorderTest, TellsAMinuteOnceItIsOver) {
  const QueueId queue = create("q");
  sample();
  send(queue);
  EXPECT_TRUE(recorder.history().read(queue, Span::day).points.empty());
  pass(1min);

  sample();

  const History::Extract day = recorder.history().read(queue, Span::day);
  ASSERT_EQ(day.points.size(), 1u);
  EXPECT_EQ(day.points[0]->numbers[Point::sent], 1u);
}

TEST_F(RecorderTest, ForgetsQueuesThatAreGone) {
  const QueueId queue = create("q");
  sample();
  engine.delete_queue(turn, queue);
  for (int minute = 0; minute < 5; ++minute) {
    pass(1min);
    sample();
  }

  EXPECT_TRUE(recorder.history().last_second(queue).points.empty());
}

TEST_F(RecorderTest, GoesOnWhereItStopped) {
  for (std::size_t i = 0; i < Sample::queues_max + 5; ++i) create(fmt::format("q{:04}", i));

  const std::unique_ptr<Sample> first = recorder.next_sample();
  EXPECT_GT(answer(*first), 1);
  recorder.take(*first, turn.now);
  const std::unique_ptr<Sample> second = recorder.next_sample();
  answer(*second);

  EXPECT_EQ(first->seen().size(), Sample::queues_max);
  EXPECT_EQ(first->next(), named(fmt::format("q{:04}", Sample::queues_max - 1)));
  EXPECT_EQ(second->seen().size(), 5 + Recorder::busy_max);
  EXPECT_FALSE(second->next());
}

TEST_F(RecorderTest, LooksEachSecondAtWhatSomebodyLooksAt) {
  for (std::size_t i = 0; i < Recorder::busy_max; ++i) send(create(fmt::format("busy{:03}", i)));
  const QueueId quiet = create("quiet");
  sample();
  recorder.look_at(quiet, turn.now);
  pass(1min);
  sample();  // With the minute the busiest are chosen.
  pass(1s);

  sample();

  EXPECT_EQ(recorder.history().read(quiet, Span::ten_minutes).step, 1u);
}

}  // namespace
}  // namespace mailrail::console
