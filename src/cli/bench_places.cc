#include "cli/bench_places.h"

#include <cstdio>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/shown.h"
#include "cli/exit_codes.h"
#include "cli/printable.h"
#include "cli/references.h"
#include "sns/subscription_shapes.h"
#include "sns/topic_shapes.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

// What AWS asks of a queue that a topic delivers to.
std::string policy_of(const std::string& topic_arn) {
  return boost::json::serialize(
      boost::json::object{{"Version", "2012-10-17"},
                          {"Statement",
                           {{{"Effect", "Allow"},
                             {"Principal", {{"Service", "sns.amazonaws.com"}}},
                             {"Action", "sqs:SendMessage"},
                             {"Resource", "*"},
                             {"Condition", {{"ArnEquals", {{"aws:SourceArn", topic_arn}}}}}}}}});
}

}  // namespace

BenchPlaces::~BenchPlaces() {
  if (const auto removed = remove(); !removed)
    fmt::print(stderr, "mailrail: {}\n", printable(removed.error().message));
}

Result<void> BenchPlaces::make(const Bench& bench) {
  const load::Order order = bench.order();
  const char* const ending = order == load::Order::fifo ? ".fifo" : "";
  if (bench.workload == Workload::fan_out)
    TRY(make_topic(fmt::format("mailrail-bench-{}{}", run_, ending), order));
  for (std::uint32_t i = 1; i <= bench.queues; ++i) {
    TRY(make_queue(fmt::format("mailrail-bench-{}-{}{}", run_, i, ending), order));
    if (!topic_arn_.empty()) TRY(subscribe(queue_urls_.back()));
  }
  return {};
}

Result<void> BenchPlaces::make_topic(const std::string& name, load::Order order) {
  sns::CreateTopicInput input{.name = name};
  if (order == load::Order::fifo) input.attributes["FifoTopic"] = "true";
  topic_arn_ =
      TRY(client_.ask<sns::CreateTopicOutput>(Service::sns, "CreateTopic", input)).topic_arn;
  return {};
}

Result<void> BenchPlaces::make_queue(const std::string& name, load::Order order) {
  sqs::CreateQueueInput input{.queue_name = name, .attributes = {}, .tags = {}};
  input.attributes["VisibilityTimeout"] = fmt::to_string(bench_visibility_timeout.count());
  if (order == load::Order::fifo) input.attributes["FifoQueue"] = "true";
  if (!topic_arn_.empty()) input.attributes["Policy"] = policy_of(topic_arn_);
  queue_urls_.push_back(
      TRY(client_.ask<sqs::CreateQueueOutput>(Service::sqs, "CreateQueue", input)).queue_url);
  return {};
}

Result<void> BenchPlaces::subscribe(const std::string& queue_url) {
  const sns::SubscribeInput input{.topic_arn = topic_arn_,
                                  .protocol = "sqs",
                                  .endpoint = TRY(queue_arn_of(client_, queue_url)),
                                  .attributes = {{"RawMessageDelivery", "true"}}};
  TRY(client_.ask<sns::SubscribeOutput>(Service::sns, "Subscribe", input));
  return {};
}

// A topic takes its subscriptions along.
Result<void> BenchPlaces::remove() {
  std::string left;
  std::string why;
  const auto note = [&](const std::string& what, const Result<void>& removed) {
    if (removed) return;
    left += (left.empty() ? "" : ", ") + what;
    why = removed.error().message;
  };
  if (!topic_arn_.empty()) {
    const auto done =
        client_.ask(Service::sns, "DeleteTopic", sns::DeleteTopicInput{.topic_arn = topic_arn_});
    note(topic_arn_, done ? Result<void>() : std::unexpected(done.error()));
    topic_arn_.clear();
  }
  for (const std::string& each : std::exchange(queue_urls_, {})) {
    const auto done =
        client_.ask(Service::sqs, "DeleteQueue", sqs::DeleteQueueInput{.queue_url = each});
    note(each, done ? Result<void>() : std::unexpected(done.error()));
  }
  if (left.empty()) return {};
  return fail(errors::refused, fmt::format("What was made for the run could not be removed, and "
                                           "is still there: {}. {}",
                                           shown(left), why));
}

}  // namespace mailrail::cli
