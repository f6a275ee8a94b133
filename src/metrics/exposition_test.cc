#include "metrics/exposition.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Snapshot one_queue() {
  Snapshot snapshot;
  QueueNumbers queue;
  queue.name = {.region = "eu-west-1", .account = "000000000000", .name = "orders"};
  queue.counts.visible = 7;
  queue.oldest_age = 1500ms;
  queue.traffic.sent = 9;
  queue.traffic.sizes.add(300);
  snapshot.queues.push_back(queue);
  snapshot.queue_traffic.sent = 12;
  return snapshot;
}

TEST(Exposition, TellsAQueueByItsNameRegionAndAccount) {
  const std::string text = exposition(one_queue(), {}, CloudWatchNames::left_out);

  const std::string labels = R"({queue="orders",region="eu-west-1",account="000000000000")";
  EXPECT_THAT(text, HasSubstr("mailrail_queue_messages" + labels + R"(,state="visible"} 7)"));
  EXPECT_THAT(text, HasSubstr("mailrail_queue_oldest_message_age_seconds" + labels + "} 1.5"));
  EXPECT_THAT(text, HasSubstr("mailrail_queue_messages_sent_total" + labels + "} 9"));
  EXPECT_THAT(text,
              HasSubstr("mailrail_queue_message_size_bytes_bucket" + labels + R"(,le="256"} 0)"));
  EXPECT_THAT(text,
              HasSubstr("mailrail_queue_message_size_bytes_bucket" + labels + R"(,le="1024"} 1)"));
  EXPECT_THAT(text, HasSubstr("mailrail_queue_message_size_bytes_sum" + labels + "} 300"));
  EXPECT_THAT(text, HasSubstr("\nmailrail_messages_sent_total 12\n"));
}

TEST(Exposition, HasEveryFamilyAlsoWithoutSeries) {
  const std::string text = exposition({}, {}, CloudWatchNames::left_out);

  EXPECT_THAT(text, HasSubstr("# TYPE mailrail_queue_messages gauge\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE mailrail_request_duration_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE mailrail_disk_free_bytes gauge\n"));
}

TEST(Exposition, TellsRequestsByServiceActionAndCode) {
  ProcessNumbers process;
  process.requests.requests[{"sqs", "SendMessage", ""}].add(2ms);
  process.requests.requests[{"sqs", "", "InvalidAction"}].add(2ms);
  process.requests.billed[{"sqs", http::About::Order::fifo}] = 3;
  process.requests.refused["disk"] = 2;

  const std::string text = exposition({}, process, CloudWatchNames::left_out);
  EXPECT_THAT(text, HasSubstr("mailrail_request_duration_seconds_count{service=\"sqs\","
                              "action=\"SendMessage\",code=\"OK\"} 1"));
  EXPECT_THAT(text, HasSubstr("action=\"unknown\",code=\"InvalidAction\"} 1"));
  EXPECT_THAT(text,
              HasSubstr(R"(mailrail_aws_equivalent_requests_total{service="sqs",kind="fifo"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(mailrail_admission_rejected_total{reason="disk"} 2)"));
}

TEST(Exposition, TellsInfinityOfWhatDoesNotGrow) {
  ProcessNumbers process;
  process.until_disk_full = 48h;

  const std::string text = exposition({}, process, CloudWatchNames::left_out);
  EXPECT_THAT(text, HasSubstr(R"(mailrail_full_in_seconds{resource="disk"} 172800)"));
  EXPECT_THAT(text, HasSubstr(R"(mailrail_full_in_seconds{resource="memory"} +Inf)"));
}

TEST(Exposition, HasTheNamesOfCloudWatchIfTheyAreAskedFor) {
  EXPECT_THAT(exposition(one_queue(), {}, CloudWatchNames::left_out), Not(HasSubstr("aws_sqs_")));
  EXPECT_THAT(exposition(one_queue(), {}, CloudWatchNames::told),
              HasSubstr("aws_sqs_approximate_number_of_messages_visible{queue_name=\"orders\""));
}

TEST(Exposition, TellsWhatThreadsUseOfProcessors) {
  const ProcessNumbers process{.cpu_time = {{"engine", 1500ms}, {"http", 2s}}};

  const std::string text = exposition({}, process, CloudWatchNames::left_out);
  EXPECT_THAT(text, HasSubstr("# TYPE mailrail_cpu_seconds_total counter\n"));
  EXPECT_THAT(text, HasSubstr("mailrail_cpu_seconds_total{thread=\"engine\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("mailrail_cpu_seconds_total{thread=\"http\"} 2\n"));
}

TEST(StandbyExposition, TellsThatAnotherServes) {
  const std::string text = standby_exposition({.version = "1.2"});

  EXPECT_THAT(text, HasSubstr("\nmailrail_is_owner 0\n"));
  EXPECT_THAT(text, HasSubstr(R"(mailrail_build_info{version="1.2"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr("mailrail_messages")));
}

TEST(DetailedExposition, HasNothingOfTheProcess) {
  const std::string text = detailed_exposition(one_queue(), CloudWatchNames::left_out);

  EXPECT_THAT(text, HasSubstr("mailrail_queue_messages{"));
  EXPECT_THAT(text, HasSubstr("mailrail_metrics_queues_omitted 0"));
  EXPECT_THAT(text, Not(HasSubstr("mailrail_build_info")));
  EXPECT_THAT(text, Not(HasSubstr("\nmailrail_messages_sent_total")));
}

}  // namespace
}  // namespace mailrail::metrics
