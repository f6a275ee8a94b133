#include "admin/queue_descriptions.h"

#include <map>
#include <utility>

#include "admin/limits.h"
#include "api/access.h"
#include "base/digest.h"
#include "engine/limits.h"
#include "sqs/arn.h"
#include "sqs/queue_url.h"

namespace mailrail::admin {
namespace {

std::int64_t number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

std::int64_t seconds(Duration time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

void add_counts(DescribedQueue& described, const engine::QueueCounts& counts) {
  described.visible = number(counts.visible);
  described.in_flight = number(counts.in_flight);
  described.delayed = number(counts.delayed);
  described.parked = number(counts.parked);
  described.damaged = number(counts.damaged);
  described.conversations_in_flight = number(counts.conversations_in_flight);
  described.conversations_blocked = number(counts.conversations_blocked);
  described.conversations_parked = number(counts.parked_conversations);
  described.body_bytes = number(counts.body_bytes);
}

void add_redrive(DescribedQueue& described, const engine::Queue& queue) {
  if (const auto& policy = queue.attributes.dead_letter) {
    described.dead_letter_queue_name = policy->target.name;
    described.max_receive_count = policy->receive_count_max;
  }
  if (queue.attributes.is_fifo) {
    const bool parks = queue.attributes.on_poison == engine::OnPoison::park;
    described.on_poison = parks ? "park" : "dead-letter";
  }
  if (queue.is_moving()) {
    described.messages_moved = number(queue.move_tasks.back().moved);
    described.messages_to_move = number(queue.move_tasks.back().to_move);
  }
}

void add_traffic(DescribedQueue& described, const broker::QueueTraffic& traffic) {
  described.sent = number(traffic.sent);
  described.received = number(traffic.received);
  described.deleted = number(traffic.deleted);
  described.empty_receives = number(traffic.empty_receives);
  described.empty_short_polls = number(traffic.empty_short_polls);
  described.dead_lettered = number(traffic.dead_lettered);
  described.expired = number(traffic.expired);
  described.dropped = number(traffic.dropped);
  if (const auto exceeded = traffic.processing.exceeded()) {
    described.processing_exceeds =
        std::chrono::duration_cast<std::chrono::seconds>(*exceeded).count();
  }
  if (const auto& busiest = traffic.busiest.found()) {
    described.busiest_conversation = busiest->group;
    described.busiest_messages = busiest->messages;
  }
}

// The oldest is left out if it takes more looks to find it than there are left.
DescribedQueue describe(engine::Engine& engine,
                        const engine::Turn& turn,
                        const engine::Queue& queue,
                        std::size_t& looks_left) {
  DescribedQueue described;
  described.queue_name = queue.name.name;
  described.queue_arn = sqs::queue_arn(queue.name);
  described.fifo_queue = queue.attributes.is_fifo;
  described.visibility_timeout = seconds(queue.attributes.visibility_timeout);
  described.message_retention_period = seconds(queue.attributes.retention);
  described.receive_message_wait_time_seconds = seconds(queue.attributes.receive_wait);
  described.created_timestamp = unix_ms(queue.created_at);
  described.last_modified_timestamp = unix_ms(queue.changed_at);
  add_counts(described, engine.counts(queue.id));
  const auto oldest = engine.find_oldest(queue.id, looks_left);
  if (oldest && oldest->of_all) described.oldest_sent_timestamp = unix_ms(*oldest->of_all);
  if (turn.surroundings != nullptr)
    described.waiting_receives = number(turn.surroundings->waiting_at(queue.id));
  add_redrive(described, queue);
  described.tags = queue.tags;
  return described;
}

// Whose dead letters the queues of the page get: one look at all queues, whatever the page's
// length.
void add_sources(DescribeQueuesOutput& page,
                 const engine::Engine& engine,
                 const engine::QueueName& place) {
  std::map<std::string_view, DescribedQueue*> targets;
  for (DescribedQueue& each : page.queues) targets.emplace(each.queue_name, &each);
  const auto& names = engine.queue_names();
  for (auto each = names.lower_bound(place); each != names.end(); ++each) {
    const auto& [name, id] = *each;
    if (name.region != place.region || name.account != place.account) break;
    const auto& policy = engine.find_queue(id)->attributes.dead_letter;
    if (!policy) continue;
    const auto target = targets.find(policy->target.name);
    if (target == targets.end()) continue;
    DescribedQueue& described = *target->second;
    described.dead_letter_source_count += 1;
    if (described.dead_letter_sources.size() < limits::dead_letter_sources_max)
      described.dead_letter_sources.push_back(name.name);
  }
}

}  // namespace

DescribeQueues::Prepared DescribeQueues::prepare(Input input, const api::Context& context) {
  return {.first = {.region = context.caller.region, .account = context.caller.account, .name = {}},
          .prefix = std::move(input.queue_name_prefix).value_or(""),
          .page = sqs::page_request(input.max_results, input.next_token),
          .caller = context.caller,
          .traffic = context.traffic};
}

api::Asked<DescribeQueuesOutput> DescribeQueues::decide(engine::Engine& engine,
                                                        engine::Turn& turn,
                                                        Prepared& prepared) {
  const sqs::PageRequest request = TRY(prepared.page);
  const sqs::Page page = sqs::page_of(
      engine, request, prepared.first, prepared.prefix, [&](const engine::Queue& each) {
        return api::may_see(prepared.caller, {.about = auth::About::queue, .name = each.name});
      });
  DescribeQueuesOutput described;
  std::size_t looks_left = engine::looks_per_turn_max;
  for (const engine::QueueName& each : page.names) {
    const engine::Queue& queue = *engine.find_queue(each);
    described.queues.push_back(describe(engine, turn, queue, looks_left));
    if (prepared.traffic != nullptr)
      add_traffic(described.queues.back(), prepared.traffic->of(queue.id));
  }
  add_sources(described, engine, prepared.first);
  if (page.has_more) described.next_token = base64(page.names.back().name);
  return described;
}

Result<DescribeQueuesOutput> DescribeQueues::finish(const Decided& decided,
                                                    const Prepared& prepared,
                                                    const api::Context& context,
                                                    const api::Bodies&) {
  Output output = decided;
  for (DescribedQueue& each : output.queues) {
    engine::QueueName queue = prepared.first;
    queue.name = each.queue_name;
    each.queue_url = sqs::queue_url(context, queue);
  }
  return output;
}

}  // namespace mailrail::admin
