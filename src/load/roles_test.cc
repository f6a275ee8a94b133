#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/consumer.h"
#include "load/producer.h"

namespace mailrail::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Time start = Time(100s);

constexpr Reply ok{.status = 200, .body = "{}"};

// What producers and consumers of a queue share, without a server.
struct Stage {
  Requests requests{{.host_header = "h", .region = "r"}, Tag("5e1f09ab")};
  Script script = Script::made_up({.text_bytes = 1});
  Figures figures;
  Judge judge{Order::standard};
  Production production{.target = "q",
                        .requests = requests,
                        .script = script,
                        .figures = figures,
                        .judges = {&judge}};
  Consumption consumption{
      .queue_url = "q", .requests = requests, .figures = figures, .judge = &judge};

  std::string received(std::uint64_t number) const {
    std::string body;
    requests.tag().append(body, number);
    return R"({"Messages":[{"Body":")" + body + R"(","ReceiptHandle":"handle"}]})";
  }
};

TEST(LoadProducer, SendsTheNextOnceTheLastIsAnswered) {
  Stage stage;
  Producer producer(stage.production, {});

  EXPECT_THAT(producer.next(start).request, HasSubstr("000000000000."));
  producer.on_reply(ok, start + 5ms);
  EXPECT_THAT(producer.next(start + 6ms).request, HasSubstr("000000000001."));

  EXPECT_EQ(stage.figures.sends.messages, 1U);
  EXPECT_EQ(stage.figures.sends.latencies.percentile(1), 5ms);
  EXPECT_EQ(stage.judge.verdict().acknowledged, 1U);
}

TEST(LoadProducer, WaitsUntilAMessageIsDue) {
  Stage stage;
  stage.production.schedule = Schedule(start, 10);
  Producer producer(stage.production, {.number = 1, .of = 2});

  const Step step = producer.next(start);

  EXPECT_EQ(step.kind, Step::Kind::wait);
  EXPECT_EQ(step.until, start + 100ms);
  EXPECT_EQ(producer.next(start + 100ms).kind, Step::Kind::ask);
}

TEST(LoadProducer, CountsLatencyFromWhenAMessageWasDue) {
  Stage stage;
  stage.production.schedule = Schedule(start, 10);
  Producer producer(stage.production, {});

  static_cast<void>(producer.next(start));
  producer.on_reply(ok, start + 1s);  // The server stalled: ten more are due by now.
  for (int i = 1; i <= 10; ++i) {
    EXPECT_EQ(producer.next(start + 1s).kind, Step::Kind::ask);
    producer.on_reply(ok, start + 1s);
  }

  EXPECT_EQ(producer.next(start + 1s).kind, Step::Kind::wait);
  EXPECT_EQ(stage.figures.sends.latencies.count(), 11U);
  EXPECT_EQ(stage.figures.sends.latencies.percentile(0.01), 0ms);
  EXPECT_GE(stage.figures.sends.latencies.percentile(0.5), 500ms);
}

TEST(LoadProducer, EndsWithTimeAndWithMessages) {
  Stage stage;
  stage.production.messages_max = 1;
  Producer one(stage.production, {});
  static_cast<void>(one.next(start));
  one.on_reply(ok, start);
  EXPECT_EQ(stage.production.producing, 1U);
  EXPECT_EQ(one.next(start).kind, Step::Kind::over);
  EXPECT_EQ(stage.production.producing, 0U);

  Stage other;
  other.production.ends_at = start + 1s;
  Producer two(other.production, {});
  EXPECT_EQ(two.next(start + 1s).kind, Step::Kind::over);
}

TEST(LoadProducer, EndsAtATimeThatComesBeforeTheNextIsDue) {
  Stage stage;
  stage.production.schedule = Schedule(start, 1);
  stage.production.ends_at = start + 500ms;
  Producer producer(stage.production, {.number = 1, .of = 2});

  EXPECT_EQ(producer.next(start).kind, Step::Kind::over);
}

TEST(LoadProducer, TakesARefusedMessageForUnanswered) {
  Stage stage;
  Producer producer(stage.production, {});
  static_cast<void>(producer.next(start));

  producer.on_reply({.status = 503, .body = "slow down"}, start);

  EXPECT_EQ(stage.figures.errors, 1U);
  EXPECT_EQ(stage.figures.first_error, "status 503: slow down");
  EXPECT_EQ(stage.production.acknowledged, 0U);
  EXPECT_EQ(stage.judge.finish().violations(), 0U);
}

TEST(LoadProducer, KnowsWhichEntriesOfABatchFailed) {
  Stage stage;
  stage.production.sending = Sending::in_batches;
  stage.production.batch_size = 3;
  Producer producer(stage.production, {});
  static_cast<void>(producer.next(start));

  producer.on_reply({.status = 200, .body = R"({"Failed":[{"Id":"1"}]})"}, start);

  EXPECT_EQ(stage.production.acknowledged, 2U);
  EXPECT_EQ(stage.figures.sends.messages, 2U);
  EXPECT_EQ(stage.figures.errors, 1U);
  EXPECT_EQ(stage.judge.finish().lost, 2U);  // Messages 0 and 2 never came.
}

TEST(LoadProducer, TakesAnAnswerToNoBatchForNone) {
  Stage stage;
  stage.production.sending = Sending::in_batches;
  Producer producer(stage.production, {});
  static_cast<void>(producer.next(start));

  producer.on_reply({.status = 200, .body = "<html>"}, start);

  EXPECT_EQ(stage.production.acknowledged, 0U);
  EXPECT_EQ(stage.figures.sends.messages, 0U);
  EXPECT_EQ(stage.figures.errors, 1U);
  EXPECT_EQ(stage.figures.first_error, "not as SQS answers a batch: <html>");
  EXPECT_EQ(stage.judge.finish().lost, 0U);
}

TEST(LoadProducer, LeavesOutWhatBeganBeforeTheWindow) {
  Stage stage;
  stage.figures.window.from = start + 1s;
  Producer producer(stage.production, {});
  static_cast<void>(producer.next(start));
  producer.on_reply(ok, start + 2s);
  static_cast<void>(producer.next(start + 2s));
  producer.on_reply(ok, start + 3s);

  EXPECT_EQ(stage.figures.sends.messages, 1U);
  EXPECT_EQ(stage.production.acknowledged, 2U);
}

TEST(LoadProducer, CountsTheLatencyOfWhatEndsLateAndNotItsRate) {
  Stage stage;
  stage.figures.window.until = start + 1s;
  Producer producer(stage.production, {});
  static_cast<void>(producer.next(start));
  producer.on_reply(ok, start + 9s);

  EXPECT_EQ(stage.figures.sends.messages, 0U);
  EXPECT_EQ(stage.figures.sends.latencies.percentile(1), 9s);
}

TEST(LoadConsumer, ReceivesAndDeletesInTurn) {
  Stage stage;
  stage.judge.sent(0, start);
  stage.judge.acknowledged(0);
  Consumer consumer(stage.consumption);

  EXPECT_THAT(consumer.next(start).request, HasSubstr("ReceiveMessage"));
  const std::string body = stage.received(0);
  consumer.on_reply({.status = 200, .body = body}, start + 7ms);
  const std::string removal = consumer.next(start + 7ms).request;
  EXPECT_THAT(removal, HasSubstr("DeleteMessageBatch"));
  EXPECT_THAT(removal, HasSubstr(R"({"Id":"0","ReceiptHandle":"handle"})"));
  EXPECT_EQ(stage.judge.outstanding(), 1U);
  consumer.on_reply(ok, start + 8ms);

  EXPECT_EQ(stage.judge.outstanding(), 0U);
  EXPECT_EQ(stage.figures.end_to_end.latencies.percentile(1), 7ms);
  EXPECT_EQ(stage.figures.deletes.messages, 1U);
  EXPECT_THAT(consumer.next(start).request, HasSubstr("ReceiveMessage"));
}

TEST(LoadConsumer, KeepsWhatItGotAsLongAsItWorks) {
  Stage stage;
  stage.consumption.work = 50ms;
  stage.judge.sent(0, start);
  Consumer consumer(stage.consumption);
  static_cast<void>(consumer.next(start));
  const std::string body = stage.received(0);
  consumer.on_reply({.status = 200, .body = body}, start + 1ms);

  const Step step = consumer.next(start + 2ms);

  EXPECT_EQ(step.kind, Step::Kind::wait);
  EXPECT_EQ(step.until, start + 51ms);
  EXPECT_THAT(consumer.next(start + 51ms).request, HasSubstr("DeleteMessageBatch"));
}

TEST(LoadConsumer, TellsTheJudgeOfWhatNobodySent) {
  Stage stage;
  Consumer consumer(stage.consumption);
  static_cast<void>(consumer.next(start));

  consumer.on_reply(
      {.status = 200, .body = R"({"Messages":[{"Body":"alien","ReceiptHandle":"h"}]})"}, start);

  EXPECT_EQ(stage.judge.verdict().foreign, 1U);
}

TEST(LoadConsumer, CountsALeaseFromWhenItAsked) {
  Stage stage;
  stage.judge.sent(0, start);
  stage.judge.acknowledged(0);
  const std::string body = stage.received(0);
  Consumer one(stage.consumption);
  Consumer other(stage.consumption);
  static_cast<void>(one.next(start));
  one.on_reply({.status = 200, .body = body}, start + 20s);
  static_cast<void>(other.next(start + 21s));

  other.on_reply({.status = 200, .body = body}, start + 31s);  // A timeout of 30 s may have ended.

  EXPECT_EQ(stage.judge.verdict().violations(), 0U);
}

TEST(LoadConsumer, IsHeardUntilARequestFailsAndAskedUntilItIsGone) {
  Stage stage;
  Consumer consumer(stage.consumption);
  static_cast<void>(consumer.next(start));
  EXPECT_EQ(stage.consumption.answered, 1U);

  consumer.on_broken("gone");
  EXPECT_EQ(stage.consumption.answered, 0U);
  consumer.on_reply(ok, start);
  EXPECT_EQ(stage.consumption.answered, 1U);
  consumer.on_reply({.status = 503}, start);
  EXPECT_EQ(stage.consumption.answered, 0U);
  EXPECT_EQ(stage.consumption.consuming, 1U);
  consumer.on_gone("gone");
  EXPECT_EQ(stage.consumption.answered, 0U);
  EXPECT_EQ(stage.consumption.consuming, 0U);
}

TEST(LoadConsumer, CountsAnEntryThatCouldNotBeDeleted) {
  Stage stage;
  stage.judge.sent(0, start);
  stage.judge.acknowledged(0);
  Consumer consumer(stage.consumption);
  static_cast<void>(consumer.next(start));
  const std::string body = stage.received(0);
  consumer.on_reply({.status = 200, .body = body}, start);
  static_cast<void>(consumer.next(start));

  consumer.on_reply({.status = 200, .body = R"({"Failed":[{"Id":"0"}]})"}, start);

  EXPECT_EQ(stage.figures.errors, 1U);
  EXPECT_EQ(stage.judge.outstanding(), 1U);
}

}  // namespace
}  // namespace mailrail::load
