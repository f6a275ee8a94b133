#include "console/consumers_channel.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "base/json.h"

namespace mailrail::console {
namespace {

void member(JsonWriter& json, std::string_view name, std::uint64_t number) {
  json.key(name);
  json.number(static_cast<std::int64_t>(number));
}

void member(JsonWriter& json, std::string_view name, Instant instant) {
  json.key(name);
  json.number(unix_ms(instant));
}

bool comes_before(const broker::ConsumerRecord& one, const broker::ConsumerRecord& other) {
  const auto place = [](const broker::ConsumerRecord& each) {
    return std::make_tuple(each.is_of_others(), std::cref(each.address), std::cref(each.user_agent),
                           std::cref(each.key_id));
  };
  return place(one) < place(other);
}

void write(JsonWriter& json, const broker::ConsumerRecord& consumer, Instant at) {
  json.begin_object();
  if (consumer.is_of_others()) {
    json.key("Others");
    json.boolean(true);
  } else {
    json.member("Address", consumer.address);
    json.member("UserAgent", consumer.user_agent);
    if (!consumer.key_id.empty()) json.member("KeyId", consumer.key_id);
  }
  member(json, "FirstSeenTimestamp", consumer.first_seen);
  member(json, "LastSeenTimestamp", consumer.last_seen);
  member(json, "OpenPolls", consumer.open_polls);
  member(json, "Receives", consumer.receives);
  member(json, "EmptyReceives", consumer.empty_receives);
  member(json, "MessagesReceived", consumer.messages);
  member(json, "ExpiredLeases", consumer.expired_leases);
  if (const auto median = consumer.processing.median())
    member(json, "MedianMilliseconds", static_cast<std::uint64_t>(median->count()));
  const std::int64_t known_for = unix_seconds(at) - unix_seconds(consumer.first_seen);
  member(json, "RecentReceives", consumer.recent_receives.count(at));
  member(json, "RecentSeconds",
         static_cast<std::uint64_t>(
             std::clamp<std::int64_t>(known_for, 1, broker::LastSeconds::kept)));
  json.end_object();
}

std::string shown(const std::string& queue, const ConsumersQuestion& asked, Instant at) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("QueueName", queue);
  member(json, "SinceTimestamp", asked.since());
  json.key("Consumers");
  json.begin_array();
  for (const broker::ConsumerRecord& each : asked.consumers()) write(json, each, at);
  json.end_array();
  json.end_object();
  return text;
}

}  // namespace

Question::Asked ConsumersQuestion::ask(engine::Engine& engine, engine::Turn& turn) {
  const Asked asked = queue_.ask(engine, turn);
  if (asked == Asked::in_part || !found()) return asked;
  consumers_ = traffic_.consumers().of(*found(), turn.now);
  std::ranges::sort(consumers_, comes_before);
  since_ = traffic_.since();
  return Asked::whole;
}

std::unique_ptr<Question> ConsumersChannel::ask(const api::Context& context) {
  auto question = std::make_unique<ConsumersQuestion>(context, queue_, traffic_);
  asked_ = question.get();
  return question;
}

void ConsumersChannel::take(Instant at) {
  const ConsumersQuestion& asked = *std::exchange(asked_, nullptr);
  news_.clear();
  refusal_ = asked.found() ? "" : asked.found().error().message;
  if (!asked.found()) return;
  std::string text = shown(queue_, asked, at);
  if (text != whole_) news_ = whole_ = std::move(text);
}

}  // namespace mailrail::console
