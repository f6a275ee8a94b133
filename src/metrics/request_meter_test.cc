#include "metrics/request_meter.h"

#include <gtest/gtest.h>

namespace mailrail::metrics {
namespace {

using namespace std::chrono_literals;
using Order = http::About::Order;

TEST(RequestMeter, CountsBySuccessAndError) {
  RequestMeter meter;
  meter.count({.service = "sqs", .action = "SendMessage", .billed = 1}, 2ms);
  meter.count({.service = "sqs", .action = "SendMessage", .billed = 3, .order = Order::fifo}, 30s);
  meter.count({.service = "sqs",
               .action = "SendMessage",
               .code = "ServiceUnavailable",
               .refused_for = "disk"},
              1ms);

  const RequestCounts counts = meter.read();
  const DurationCounts& sent = counts.requests.at({"sqs", "SendMessage", ""});
  EXPECT_EQ(sent.count(), 2u);
  EXPECT_EQ(sent.sum, 30'002ms);
  EXPECT_EQ(sent.counts.back(), 1u);
  EXPECT_EQ(counts.requests.at({"sqs", "SendMessage", "ServiceUnavailable"}).count(), 1u);
  EXPECT_EQ(counts.billed.at({"sqs", Order::standard}), 1u);
  EXPECT_EQ(counts.billed.at({"sqs", Order::fifo}), 3u);
  EXPECT_EQ(counts.refused.at("disk"), 1u);
}

TEST(RequestMeter, AddsUpWithThatOfAnotherThread) {
  RequestMeter one;
  RequestMeter other;
  one.count({.service = "sqs", .action = "ListQueues", .billed = 1}, 1ms);
  other.count({.service = "sqs", .action = "ListQueues", .billed = 1}, 1ms);

  RequestCounts both = one.read();
  both += other.read();

  EXPECT_EQ(both.requests.at({"sqs", "ListQueues", ""}).count(), 2u);
  EXPECT_EQ(both.billed.at({"sqs", Order::standard}), 2u);
}

TEST(Durations, PutATimeUnderTheFirstBoundThatItIsNotBeyond) {
  Durations durations;
  durations.add(500us);
  durations.add(501us);
  durations.add(21s);

  const DurationCounts read = durations.read();
  EXPECT_EQ(read.counts[0], 1u);
  EXPECT_EQ(read.counts[1], 1u);
  EXPECT_EQ(read.counts.back(), 1u);
  EXPECT_EQ(read.sum, 21s + 1001us);
}

}  // namespace
}  // namespace mailrail::metrics
