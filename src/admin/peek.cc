#include "admin/peek.h"

#include <utility>

#include <fmt/format.h>

#include "admin/states.h"
#include "admin/walk.h"
#include "api/room.h"
#include "sqs/arn.h"
#include "sqs/shown_message.h"
#include "sqs/validation.h"

namespace mailrail::admin {
namespace {

Result<std::size_t> read_count(std::optional<int> count) {
  const int wanted = count.value_or(limits::peeked_messages_default);
  if (wanted >= 1 && wanted <= limits::peeked_messages_max) return static_cast<std::size_t>(wanted);
  return sqs::errors::invalid_parameter(
      {"MaxNumberOfMessages", std::to_string(wanted)},
      fmt::format("It must be between 1 and {}", limits::peeked_messages_max));
}

Result<void> read(const PeekMessagesInput& input, PeekMessages::Prepared& prepared) {
  prepared.count_max = TRY(read_count(input.max_number_of_messages));
  if (input.message_group_id) TRY(sqs::check_token("MessageGroupId", *input.message_group_id));
  prepared.state = TRY(read_message_state(input.state));
  prepared.walk.after = TRY(read_after(input.after));
  return {};
}

// Of one that cannot be read: what the engine knows.
std::map<std::string, std::string> known_attributes(const engine::InspectedMessage& message) {
  const engine::ReceivedMessage& known = message.message;
  std::map<std::string, std::string> attributes{
      {"SentTimestamp", std::to_string(unix_ms(known.sent))},
      {"ApproximateReceiveCount", std::to_string(known.receive_count)}};
  if (known.receive_count > 0)
    attributes["ApproximateFirstReceiveTimestamp"] = std::to_string(unix_ms(known.first_received));
  if (known.is_grouped) attributes["MessageGroupId"] = message.group;
  if (known.dead_letter_source)
    attributes["DeadLetterQueueSourceArn"] = sqs::queue_arn(*known.dead_letter_source);
  return attributes;
}

PeekedMessage peeked(const engine::InspectedMessage& message, const api::Context& context) {
  const engine::ReceivedMessage& known = message.message;
  PeekedMessage peeked;
  peeked.message_id =
      context.identity->message_id(known.origin_queue, known.origin_seq, known.redrives);
  peeked.sequence_number = engine::sequence_number(known.seq);
  peeked.state = name_of(message.state);
  if (message.until) peeked.visible_timestamp = unix_ms(*message.until);
  if (!message.receiver.empty()) peeked.received_by = message.receiver;
  peeked.attributes = known_attributes(message);
  return peeked;
}

}  // namespace

PeekedPage page_of(engine::Inspected inspected, const engine::Queue& queue) {
  PeekedPage page{
      .messages = std::move(inspected.messages),
      .next = inspected.next,
      .type = queue.attributes.is_fifo ? engine::QueueType::fifo : engine::QueueType::standard};
  for (const engine::InspectedMessage& each : page.messages) {
    if (each.state == engine::MessageState::damaged) continue;
    page.readable.push_back(each.message);
    page.bodies.push_back(each.message.body);
  }
  return page;
}

PeekMessages::Prepared PeekMessages::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = sqs::TargetQueue(input.queue_url, context)};
  if (const Result<void> done = read(input, prepared); !done) prepared.error = done.error();
  prepared.group = std::move(input.message_group_id);
  return prepared;
}

api::Asked<PeekedPage> PeekMessages::decide(engine::Engine& engine,
                                            engine::Turn& turn,
                                            Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  TRY(api::expect_room_to_look(turn));
  PeekedPage page = page_of(engine.inspect(turn.now, {.queue = queue.id,
                                                      .after = prepared.walk.after,
                                                      .group = prepared.group,
                                                      .state = prepared.state,
                                                      .count_max = prepared.count_max,
                                                      .bytes_max = limits::peeked_bytes_max,
                                                      .looks_max = engine::looks_per_turn_max}),
                            queue);
  const std::size_t found = page.messages.size();
  const std::optional<Seq> next = page.next;
  return prepared.walk.go_on(std::move(page), found, next);
}

Result<PeekMessagesOutput> PeekMessages::finish(const Decided& decided,
                                                const Prepared&,
                                                const api::Context& context,
                                                const api::Bodies& bodies) {
  Output output;
  std::size_t readable = 0;
  for (const engine::InspectedMessage& each : decided.messages) {
    PeekedMessage& shown = output.messages.emplace_back(peeked(each, context));
    if (each.state == engine::MessageState::damaged) continue;
    const std::size_t place = readable++;
    if (!context.caller.sees_payloads()) continue;
    if (!bodies.shows(place)) {
      shown.state = name_of(engine::MessageState::damaged);  // Found just now.
      continue;
    }
    sqs::Message message =
        TRY(sqs::shown_message(each.message, bodies[place], decided.type, context));
    shown.md5_of_body = std::move(message.md5_of_body);
    shown.body = std::move(message.body);
    shown.attributes = std::move(message.attributes);
    shown.message_attributes = std::move(message.message_attributes);
  }
  if (decided.next) output.next_after = engine::sequence_number(*decided.next);
  return output;
}

}  // namespace mailrail::admin
