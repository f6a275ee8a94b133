#include "cli/bench_report.h"

#include <algorithm>
#include <ranges>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Bench bench(const BenchOptions& options) { return *bench_of(options); }

load::Outcome outcome() {
  load::Outcome outcome{
      .seconds = 10, .acknowledged = 253'100, .received = 253'100, .is_complete = true};
  for (load::Measure* const each :
       {&outcome.figures.sends, &outcome.figures.end_to_end, &outcome.figures.deletes}) {
    each->messages = 253'100;
    each->latencies.record(1230us);
  }
  return outcome;
}

TEST(BenchReport, TellsWhatWasMeasured) {
  const Bench fifo = bench({.workload = "fifo"});
  const load::Outcome found = outcome();
  const std::string text =
      text_of({.bench = fifo,
               .outcome = found,
               .cost = ServerCost{.cpu_seconds = {{"engine", 0.2531}, {"http", 2.531}},
                                  .resident_bytes = 32 << 20}});

  EXPECT_THAT(
      text,
      HasSubstr("fifo: 16 producers, 16 consumers, 1,000 conversations, bodies of 1 KiB, 10.0 s"));
  EXPECT_THAT(text, HasSubstr("send        25,310      1.23 ms"));
  EXPECT_THAT(text, HasSubstr("end to end  25,310      1.23 ms"));
  EXPECT_THAT(text, HasSubstr("11.0 \u00b5s of CPU a message (engine 1.0, http 10.0)"));
  EXPECT_THAT(text, HasSubstr("32 MiB resident"));
  EXPECT_THAT(text, HasSubstr("253,100 messages: none lost, none repeated, none out of order"));
}

TEST(BenchReport, FitsOnATerminal) {
  const Bench fan_out = bench({.workload = "fan-out", .rate = "1000000/s"});
  const ServerCost slow{.cpu_seconds = {{"engine", 30}, {"http", 81}, {"log", 28}, {"other", 26}}};
  const std::string text = text_of({.bench = fan_out, .outcome = outcome(), .cost = slow});

  EXPECT_THAT(text, HasSubstr("(engine 119, http 320, log 111, other 103)"));
  for (const auto& line : std::views::split(text, '\n')) {
    const auto is_first = [](char each) {
      return (static_cast<unsigned char>(each) & 0xc0) != 0x80;
    };
    EXPECT_LE(std::ranges::count_if(line, is_first), 80) << std::string_view(line);
  }
}

TEST(BenchReport, TellsWhichPromisesWereBroken) {
  const Bench fifo = bench({.workload = "fifo"});
  load::Outcome found = outcome();
  found.verdict = {
      .lost = 1, .overlapping = 2000, .examples = {"message 7 was acknowledged and never came"}};

  const std::string text = text_of({.bench = fifo, .outcome = found});

  EXPECT_THAT(
      text,
      HasSubstr("Violated  1 lost, 2,000 with two consumers at once\n          message 7 was"));
  EXPECT_THAT(text, Not(HasSubstr("Verified")));
}

TEST(BenchReport, ClaimsNothingThatWasNotChecked) {
  const Bench send = bench({.workload = "send"});
  load::Outcome found = outcome();
  EXPECT_THAT(text_of({.bench = send, .outcome = found, .checked = Checked::no}),
              HasSubstr("Verified  nothing"));

  found.was_interrupted = true;
  EXPECT_THAT(text_of({.bench = send, .outcome = found}), HasSubstr("until it was interrupted"));
}

TEST(BenchReport, ClaimsNothingWhereConnectionsWereLost) {
  const Bench fifo = bench({.workload = "fifo"});
  load::Outcome found = outcome();
  found.is_complete = false;

  EXPECT_THAT(text_of({.bench = fifo, .outcome = found}),
              HasSubstr("Verified  nothing: connections were lost before all had come out\n"));
  EXPECT_FALSE(object_of(BenchReport{.bench = fifo, .outcome = found}).at("Verified").as_bool());
}

TEST(BenchReport, ShowsNoControlCharacterOfAServer) {
  const Bench send = bench({.workload = "send"});
  load::Outcome found = outcome();
  found.figures.fail("status 500: \x1b[2J");

  EXPECT_THAT(text_of({.bench = send, .outcome = found}),
              HasSubstr("1 request, the first with: status 500: \\u001b[2J"));
}

TEST(BenchReport, HasAllOfItForPrograms) {
  const Bench fifo = bench({.workload = "fifo"});
  const auto object = object_of(BenchReport{.bench = fifo, .outcome = outcome()});

  EXPECT_EQ(object.at("Workload").as_string(), "fifo");
  EXPECT_EQ(object.at("EndToEnd").at("MessagesPerSecond").to_number<int>(), 25310);
  EXPECT_EQ(object.at("EndToEnd").at("LatencyMicroseconds").at("P99").to_number<int>(), 1230);
  EXPECT_EQ(object.at("Violations").at("Lost").to_number<int>(), 0);
  EXPECT_TRUE(object.at("Verified").as_bool());
  EXPECT_FALSE(object.contains("Server"));
}

TEST(BenchReport, TellsLatenciesInThreeDigits) {
  using namespace std::chrono_literals;
  EXPECT_EQ(latency_text(0ns), "0 ns");
  EXPECT_EQ(latency_text(999ns), "999 ns");
  EXPECT_EQ(latency_text(1000ns), "1.00 \u00b5s");
  EXPECT_EQ(latency_text(12'345us), "12.3 ms");
  EXPECT_EQ(latency_text(999'900us), "1.00 s");
  EXPECT_EQ(latency_text(123s), "123 s");
}

TEST(BenchReport, TellsOnlyWhatTheServerUsedMeanwhile) {
  const ServerCost cost =
      cost_between({.cpu_seconds = {{"engine", 5}}},
                   {.cpu_seconds = {{"engine", 7}, {"log", 1}}, .resident_bytes = 9});

  EXPECT_EQ(cost.cpu_seconds.at("engine"), 2);
  EXPECT_EQ(cost.cpu_seconds.at("log"), 1);
  EXPECT_EQ(cost.resident_bytes, 9U);
}

}  // namespace
}  // namespace mailrail::cli
