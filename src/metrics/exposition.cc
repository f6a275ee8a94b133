#include "metrics/exposition.h"

#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include "metrics/family_writer.h"

namespace mailrail::metrics {
namespace {

using broker::QueueTraffic;
using broker::TopicTraffic;

double number(std::uint64_t value) { return static_cast<double>(value); }

template <class Rep, class Period>
double seconds(std::chrono::duration<Rep, Period> duration) {
  return std::chrono::duration<double>(duration).count();
}

Labels labels_of(std::string_view kind, const engine::QueueName& name) {
  return {{.name = std::string(kind), .value = name.name},
          {.name = "region", .value = name.region},
          {.name = "account", .value = name.account}};
}

Labels queue_labels(const QueueNumbers& queue) { return labels_of("queue", queue.name); }

Labels queue_labels(const QueueNumbers& queue, std::string_view state) {
  Labels labels = queue_labels(queue);
  labels.push_back({.name = "state", .value = std::string(state)});
  return labels;
}

Labels label(std::string_view name, std::string_view value) {
  return {{.name = std::string(name), .value = std::string(value)}};
}

HistogramNumbers histogram_of(const broker::Sizes& sizes) {
  static constexpr auto bounds = [] {
    std::array<double, broker::Sizes::bounds.size()> converted{};
    for (std::size_t i = 0; i < converted.size(); ++i)
      converted[i] = static_cast<double>(broker::Sizes::bounds[i]);
    return converted;
  }();
  return {.bounds = bounds, .counts = sizes.counts, .sum = number(sizes.bytes)};
}

HistogramNumbers histogram_of(const DurationCounts& durations) {
  return {
      .bounds = DurationCounts::bounds, .counts = durations.counts, .sum = seconds(durations.sum)};
}

struct QueueCounter {
  Series of_queue;
  Series of_server;
  std::uint64_t QueueTraffic::* number;
};

constexpr QueueCounter queue_counters[] = {
    {series::queue_sent, series::sent, &QueueTraffic::sent},
    {series::queue_received, series::received, &QueueTraffic::received},
    {series::queue_deleted, series::deleted, &QueueTraffic::deleted},
    {series::queue_empty_receives, series::empty_receives, &QueueTraffic::empty_receives},
    {series::queue_dead_lettered, series::dead_lettered, &QueueTraffic::dead_lettered},
    {series::queue_expired, series::expired, &QueueTraffic::expired},
    {series::queue_dropped, series::dropped, &QueueTraffic::dropped},
    {series::queue_redriven, series::redriven, &QueueTraffic::redriven},
};

constexpr std::pair<std::string_view, std::uint64_t TopicTraffic::*> results[] = {
    {"delivered", &TopicTraffic::delivered},
    {"filtered_out", &TopicTraffic::filtered_out},
    {"failed", &TopicTraffic::failed},
};

constexpr std::pair<std::string_view, std::uint64_t engine::QueueCounts::*> states[] = {
    {"visible", &engine::QueueCounts::visible},
    {"in_flight", &engine::QueueCounts::in_flight},
    {"delayed", &engine::QueueCounts::delayed},
};

constexpr std::pair<std::string_view, std::uint64_t engine::QueueCounts::*> group_states[] = {
    {"in_flight", &engine::QueueCounts::conversations_in_flight},
    {"blocked", &engine::QueueCounts::conversations_blocked},
    {"parked", &engine::QueueCounts::parked_conversations},
};

void write_queue_gauges(FamilyWriter& out, const Snapshot& snapshot) {
  out.begin(series::queue_messages);
  for (const QueueNumbers& each : snapshot.queues) {
    for (const auto& [state, count] : states)
      out.add(queue_labels(each, state), number(each.counts.*count));
  }
  out.begin(series::queue_parked_messages);
  for (const QueueNumbers& each : snapshot.queues)
    out.add(queue_labels(each), number(each.counts.parked));
  out.begin(series::queue_groups);
  for (const QueueNumbers& each : snapshot.queues) {
    for (const auto& [state, count] : group_states)
      out.add(queue_labels(each, state), number(each.counts.*count));
  }
  out.begin(series::queue_oldest_age);
  for (const QueueNumbers& each : snapshot.queues)
    out.add(queue_labels(each), seconds(each.oldest_age.value_or(Duration(0))));
  out.begin(series::queue_oldest_undelivered_age);
  for (const QueueNumbers& each : snapshot.queues)
    out.add(queue_labels(each), seconds(each.oldest_undelivered_age.value_or(Duration(0))));
  out.begin(series::queue_quota);
  for (const QueueNumbers& each : snapshot.queues) {
    if (each.quota_ratio) out.add(queue_labels(each), *each.quota_ratio);
  }
}

void write_queue_counters(FamilyWriter& out, const Snapshot& snapshot) {
  for (const QueueCounter& counter : queue_counters) {
    out.begin(counter.of_queue);
    for (const QueueNumbers& each : snapshot.queues)
      out.add(queue_labels(each), number(each.traffic.*counter.number));
  }
  out.begin(series::queue_message_size);
  for (const QueueNumbers& each : snapshot.queues)
    out.add(queue_labels(each), histogram_of(each.traffic.sizes));
}

void write_topics(FamilyWriter& out, const Snapshot& snapshot) {
  out.begin(series::topic_published);
  for (const TopicNumbers& each : snapshot.topics)
    out.add(labels_of("topic", each.name), number(each.traffic.published));
  out.begin(series::topic_notifications);
  for (const TopicNumbers& each : snapshot.topics) {
    for (const auto& [result, count] : results) {
      Labels labels = labels_of("topic", each.name);
      labels.push_back({.name = "result", .value = std::string(result)});
      out.add(std::move(labels), number(each.traffic.*count));
    }
  }
}

// CloudWatch knows a queue by the dimension QueueName.
void write_cloudwatch_queues(FamilyWriter& out, const Snapshot& snapshot) {
  const auto write = [&](const Series& series, auto value_of) {
    out.begin(series);
    for (const QueueNumbers& each : snapshot.queues)
      out.add(labels_of("queue_name", each.name), value_of(each));
  };
  write(series::cloudwatch_visible, [](const auto& each) { return number(each.counts.visible); });
  write(series::cloudwatch_not_visible,
        [](const auto& each) { return number(each.counts.in_flight); });
  write(series::cloudwatch_delayed, [](const auto& each) { return number(each.counts.delayed); });
  write(series::cloudwatch_oldest_age,
        [](const auto& each) { return seconds(each.oldest_age.value_or(Duration(0))); });
  write(series::cloudwatch_groups,
        [](const auto& each) { return number(each.counts.conversations_in_flight); });
  write(series::cloudwatch_sent, [](const auto& each) { return number(each.traffic.sent); });
  write(series::cloudwatch_received,
        [](const auto& each) { return number(each.traffic.received); });
  write(series::cloudwatch_deleted, [](const auto& each) { return number(each.traffic.deleted); });
  write(series::cloudwatch_empty,
        [](const auto& each) { return number(each.traffic.empty_receives); });
}

void write_cloudwatch_topics(FamilyWriter& out, const Snapshot& snapshot) {
  static constexpr std::pair<Series, std::uint64_t TopicTraffic::*> counters[] = {
      {series::cloudwatch_published, &TopicTraffic::published},
      {series::cloudwatch_notified, &TopicTraffic::delivered},
      {series::cloudwatch_failed, &TopicTraffic::failed},
      {series::cloudwatch_filtered, &TopicTraffic::filtered_out},
  };
  for (const auto& [series, count] : counters) {
    out.begin(series);
    for (const TopicNumbers& each : snapshot.topics)
      out.add(labels_of("topic_name", each.name), number(each.traffic.*count));
  }
}

void write_detail(FamilyWriter& out, const Snapshot& snapshot, CloudWatchNames cloudwatch) {
  write_queue_gauges(out, snapshot);
  write_queue_counters(out, snapshot);
  write_topics(out, snapshot);
  out.write(series::queues_omitted, number(snapshot.queues_omitted));
  if (cloudwatch == CloudWatchNames::left_out) return;
  write_cloudwatch_queues(out, snapshot);
  write_cloudwatch_topics(out, snapshot);
}

void write_sums(FamilyWriter& out, const Snapshot& snapshot) {
  out.write(series::queues, number(snapshot.queue_count));
  out.write(series::topics, number(snapshot.topic_count));
  out.begin(series::messages);
  for (const auto& [state, count] : states)
    out.add(label("state", state), number(snapshot.counts.*count));
  out.begin(series::groups);
  for (const auto& [state, count] : group_states)
    out.add(label("state", state), number(snapshot.counts.*count));
  out.write(series::dead_letters, number(snapshot.dead_letters));
  out.write(series::oldest_age, seconds(snapshot.oldest_age));
  for (const QueueCounter& counter : queue_counters)
    out.write(counter.of_server, number(snapshot.queue_traffic.*counter.number));
  out.begin(series::message_size);
  out.add({}, histogram_of(snapshot.queue_traffic.sizes));
  out.write(series::published, number(snapshot.topic_traffic.published));
  out.begin(series::notifications);
  for (const auto& [result, count] : results)
    out.add(label("result", result), number(snapshot.topic_traffic.*count));
}

void write_requests(FamilyWriter& out, const RequestCounts& counts) {
  out.begin(series::request_duration);
  for (const auto& [kind, durations] : counts.requests) {
    const auto& [service, action, code] = kind;
    out.add({{.name = "service", .value = std::string(service)},
             {.name = "action", .value = std::string(action.empty() ? "unknown" : action)},
             {.name = "code", .value = std::string(code.empty() ? "OK" : code)}},
            histogram_of(durations));
  }
  out.begin(series::aws_equivalent_requests);
  for (const auto& [kind, count] : counts.billed) {
    const bool is_fifo = kind.second == http::About::Order::fifo;
    out.add({{.name = "service", .value = std::string(kind.first)},
             {.name = "kind", .value = is_fifo ? "fifo" : "standard"}},
            number(count));
  }
  out.begin(series::admission_rejected);
  for (const auto& [limit, count] : counts.refused) out.add(label("reason", limit), number(count));
}

void write_store(FamilyWriter& out, const ProcessNumbers& process) {
  out.begin(series::commit_duration);
  out.add({}, histogram_of(process.commits));
  out.begin(series::store_bytes);
  out.add(label("kind", "log"), number(process.store.log_bytes));
  out.add(label("kind", "checkpoint"), number(process.store.checkpoint_bytes));
  out.add(label("kind", "spare"), number(process.store.spare_bytes));
  out.write(series::store_limit_bytes, number(process.disk_bytes_max));
  out.begin(series::disk_free_bytes);
  if (process.disk_free_bytes) out.add({}, number(*process.disk_free_bytes));
}

void write_memory(FamilyWriter& out, const Snapshot& snapshot, const ProcessNumbers& process) {
  out.begin(series::memory_bytes);
  const std::pair<std::string_view, std::uint64_t> areas[] = {
      {"messages", snapshot.memory.messages},
      {"conversations", snapshot.memory.conversations},
      {"deduplication", snapshot.memory.deduplication},
      {"definitions", snapshot.memory.definitions},
      {"in_use", snapshot.committed_bytes},
      {"resident", process.resident_bytes},
  };
  for (const auto& [area, bytes] : areas) out.add(label("area", area), number(bytes));
  out.write(series::memory_limit_bytes, number(process.memory_bytes_max));
}

void write_cpu(FamilyWriter& out, const ProcessNumbers& process) {
  out.begin(series::cpu_seconds);
  for (const auto& [thread, used] : process.cpu_time)
    out.add(label("thread", thread), seconds(used));
}

void write_forecasts(FamilyWriter& out, const ProcessNumbers& process) {
  const auto value = [](const std::optional<Duration>& until_full) {
    return until_full ? seconds(*until_full) : std::numeric_limits<double>::infinity();
  };
  out.begin(series::full_in_seconds);
  out.add(label("resource", "disk"), value(process.until_disk_full));
  out.add(label("resource", "memory"), value(process.until_memory_full));
}

void write_identity(FamilyWriter& out, const ProcessNumbers& process) {
  out.write(series::start_time, seconds(process.started_at.time_since_epoch()));
  out.begin(series::build_info);
  out.add(label("version", process.version), 1);
}

}  // namespace

std::string exposition(const Snapshot& snapshot,
                       const ProcessNumbers& process,
                       CloudWatchNames cloudwatch) {
  FamilyWriter out;
  write_sums(out, snapshot);
  write_requests(out, process.requests);
  out.write(series::long_polls_open, number(snapshot.waiting_calls));
  write_store(out, process);
  write_memory(out, snapshot, process);
  write_cpu(out, process);
  write_forecasts(out, process);
  out.write(series::recovery_seconds, seconds(process.recovery_time));
  out.write(series::is_owner, 1);
  write_identity(out, process);
  write_detail(out, snapshot, cloudwatch);
  return out.finish();
}

std::string standby_exposition(const ProcessNumbers& process) {
  FamilyWriter out;
  out.write(series::is_owner, 0);
  out.begin(series::memory_bytes);
  out.add(label("area", "resident"), number(process.resident_bytes));
  write_cpu(out, process);
  write_identity(out, process);
  return out.finish();
}

std::string detailed_exposition(const Snapshot& snapshot, CloudWatchNames cloudwatch) {
  FamilyWriter out;
  write_detail(out, snapshot, cloudwatch);
  return out.finish();
}

}  // namespace mailrail::metrics
