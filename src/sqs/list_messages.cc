#include "sqs/list_messages.h"

#include <algorithm>
#include <utility>

#include "api/room.h"
#include "engine/limits.h"
#include "sqs/limits.h"
#include "sqs/shown_message.h"

namespace mailrail::sqs {
namespace {

constexpr std::string_view no_handle = "SQS/BACKDOOR/ACCESS";

bool is_true(const std::optional<std::string>& text) {
  return text && (*text == "true" || *text == "True" || *text == "TRUE");
}

}  // namespace

ListMessages::Prepared ListMessages::prepare(Input input, const api::Context& context) {
  using State = engine::MessageState;
  Prepared prepared{.queue = TargetQueue(input.queue_url, context),
                    .states = {State::visible, State::blocked, State::parked}};
  if (is_true(input.show_invisible)) prepared.states.push_back(State::in_flight);
  if (is_true(input.show_delayed)) prepared.states.push_back(State::delayed);
  return prepared;
}

// All that there are, up to the bounds of one answer.
api::Asked<ListMessages::Decided> ListMessages::decide(engine::Engine& engine,
                                                       engine::Turn& turn,
                                                       Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  TRY(api::expect_room_to_look(turn));
  engine::Inspected found =
      engine.inspect(turn.now, {.queue = queue.id,
                                .after = prepared.after,
                                .count_max = limits::listed_messages_max - prepared.messages.size(),
                                .bytes_max = limits::listed_bytes_max - prepared.body_bytes,
                                .looks_max = engine::looks_per_turn_max});
  for (engine::InspectedMessage& each : found.messages) {
    if (std::ranges::find(prepared.states, each.state) == prepared.states.end()) continue;
    prepared.body_bytes += each.message.body.length;
    prepared.messages.push_back(std::move(each));
  }
  const bool is_full = prepared.messages.size() == limits::listed_messages_max ||
                       prepared.body_bytes >= limits::listed_bytes_max ||
                       ++prepared.turns == limits::listed_turns_max;
  if (found.next && !is_full) {
    prepared.after = *found.next;
    return {broker::Decision{.verdict = broker::Decision::Verdict::again}, Decided{}};
  }
  Decided decided{
      .messages = std::move(prepared.messages),
      .type = queue.attributes.is_fifo ? engine::QueueType::fifo : engine::QueueType::standard};
  for (const engine::InspectedMessage& each : decided.messages) {
    decided.readable.push_back(each.message);
    decided.bodies.push_back(each.message.body);
  }
  return decided;
}

Result<ListMessagesOutput> ListMessages::finish(const Decided& decided,
                                                const Prepared&,
                                                const api::Context& context,
                                                const api::Bodies& bodies) {
  Output output;
  for (std::size_t i = 0; i < decided.messages.size(); ++i) {
    if (!bodies.shows(i)) continue;
    const engine::InspectedMessage& listed = decided.messages[i];
    Message message = TRY(shown_message(listed.message, bodies[i], decided.type, context));
    const bool is_visible = listed.state != engine::MessageState::in_flight;
    const bool is_delayed = listed.state == engine::MessageState::delayed;
    message.attributes["IsVisible"] = is_visible ? "true" : "false";
    message.attributes["IsDelayed"] = is_delayed ? "true" : "false";
    output.messages.push_back({.message_id = std::move(message.message_id),
                               .receipt_handle = std::string(no_handle),
                               .md5_of_body = std::move(message.md5_of_body),
                               .body = std::move(message.body),
                               .attributes = std::move(message.attributes),
                               .message_attributes = std::move(message.message_attributes)});
  }
  return output;
}

}  // namespace mailrail::sqs
