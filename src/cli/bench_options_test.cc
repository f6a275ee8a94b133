#include "cli/bench_options.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

using ::testing::HasSubstr;

std::string refusal_of(const BenchOptions& options) {
  const auto bench = bench_of(options);
  if (bench) return "It was taken.";
  EXPECT_EQ(bench.error().kind, &errors::usage);
  return bench.error().message;
}

TEST(BenchOptions, HaveAWorkloadsOwnDefaults) {
  const auto fifo = bench_of({.workload = "fifo"});
  ASSERT_TRUE(fifo);
  EXPECT_EQ(fifo->script.groups(), 1000U);
  EXPECT_EQ(fifo->producers, 16U);
  EXPECT_EQ(fifo->batch, 1U);
  EXPECT_EQ(fifo->duration, 10s);
  EXPECT_EQ(fifo->order(), load::Order::fifo);

  const auto wake_up = bench_of({.workload = "wake-up"});
  ASSERT_TRUE(wake_up);
  EXPECT_EQ(wake_up->per_second, 200U);
  EXPECT_EQ(wake_up->producers, 1U);

  const auto receive = bench_of({.workload = "receive"});
  ASSERT_TRUE(receive);
  EXPECT_EQ(receive->messages, 100'000U);
  EXPECT_EQ(receive->duration, 0s);
}

TEST(BenchOptions, ChangeWhatIsSaid) {
  const auto bench = bench_of({.workload = "send-batch",
                               .duration = "2m",
                               .rate = "50/s",
                               .size = "2KiB",
                               .groups = 7,
                               .producers = 9,
                               .batch = 3});

  ASSERT_TRUE(bench) << bench.error().message;
  EXPECT_EQ(bench->duration, 2min);
  EXPECT_EQ(bench->per_second, 50U);
  EXPECT_EQ(bench->body_bytes, 2048U);
  EXPECT_EQ(bench->producers, 7U);  // A conversation has one producer.
  EXPECT_EQ(bench->batch, 3U);
}

TEST(BenchOptions, LeaveNoMessageOutOfSoMany) {
  EXPECT_EQ(bench_of({.workload = "fifo"})->warm_up, 1s);
  EXPECT_EQ(bench_of({.workload = "fifo", .messages = 5})->warm_up, 0s);
}

TEST(BenchOptions, AreRefusedWhereTheyMeanNothing) {
  EXPECT_EQ(refusal_of({.workload = "send", .queues = 3}),
            "--queues is not for send, only for fan-out.");
  EXPECT_EQ(refusal_of({.workload = "receive", .rate = "5/s"}),
            "--rate is not for receive, only for send, send-batch, fifo, standard, fan-out, "
            "wake-up, replay.");
  EXPECT_EQ(refusal_of({.workload = "fifo", .file = "x"}),
            "FILE is not for fifo, only for replay.");
  EXPECT_THAT(refusal_of({.workload = "standard", .groups = 3}),
              HasSubstr("--groups is not for standard"));
  EXPECT_EQ(refusal_of({.workload = "replay"}),
            "replay needs the FILE of conversations to say again.");
}

TEST(BenchOptions, AreRefusedWithWhatWouldBeRight) {
  EXPECT_EQ(refusal_of({.workload = "fifo", .groups = 0}),
            "--groups 0: it must be at least 1 for fifo; standard is the workload without.");
  EXPECT_EQ(refusal_of({.workload = "send", .duration = "10"}),
            "--duration 10: it must be a duration, like 30s or 2m.");
  EXPECT_EQ(refusal_of({.workload = "send", .duration = "0s"}),
            "--duration 0s: it must be longer than nothing, like 10s.");
  EXPECT_EQ(refusal_of({.workload = "fifo", .work = "1m"}), "--work 1m: it must be at most 10s.");
  EXPECT_EQ(refusal_of({.workload = "send", .rate = "fast"}),
            "--rate fast: it must be a number of messages a second, like 50/s.");
  for (const auto* each : {"1", "21B", "2MiB"})
    EXPECT_EQ(refusal_of({.workload = "send", .size = each}),
              "--size " + std::string(each) + ": it must be a size from 22B to 1 MiB, like 1KiB.");
  EXPECT_EQ(refusal_of({.workload = "fan-out", .consumers = 2, .queues = 3}),
            "--consumers 2: it must be at least 3, one for each queue.");
  EXPECT_EQ(
      refusal_of({.workload = "send-batch", .size = "256KiB"}),
      "--batch 10: it must be so few that a batch has at most 1 MiB, and bodies have 256 KiB.");
}

TEST(BenchOptions, NameTheFileAndTheLineThatAreWrong) {
  const std::string path = ::testing::TempDir() + "bench-conversations.jsonl";
  std::ofstream(path) << "{\"conversation\": \"a\", \"text\": \"b\"}\n{}\n";

  EXPECT_EQ(refusal_of({.workload = "replay", .file = path}),
            path + ": Line 2 has no text \"conversation\".");
  EXPECT_THAT(refusal_of({.workload = "replay", .file = "/nonexistent"}),
              HasSubstr("/nonexistent"));
}

}  // namespace
}  // namespace mailrail::cli
