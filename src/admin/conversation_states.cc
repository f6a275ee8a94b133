#include "admin/conversation_states.h"

#include <utility>

#include "admin/fifo_queue.h"
#include "admin/states.h"
#include "admin/why.h"
#include "base/digest.h"
#include "sqs/queue_pages.h"

namespace mailrail::admin {
namespace {

Result<void> read(const ListConversationsInput& input, ListConversations::Prepared& prepared) {
  prepared.state = TRY(read_conversation_state(input.state));
  const sqs::PageRequest page = TRY(sqs::page_request(input.max_results, input.next_token));
  prepared.count_max = page.count_max;
  if (!page.after) return {};
  const std::optional<Seq> after = engine::read_sequence_number(*page.after);
  if (!after)
    return sqs::errors::invalid_parameter({"NextToken", *input.next_token},
                                          "It is not a token of an earlier answer");
  prepared.walk.after = *after;
  return {};
}

FirstMessage first_message(const engine::InspectedMessage& head, const api::Context& context) {
  const engine::ReceivedMessage& message = head.message;
  FirstMessage first{.message_id = context.identity->message_id(
                         message.origin_queue, message.origin_seq, message.redrives),
                     .sequence_number = engine::sequence_number(message.seq),
                     .state = std::string(name_of(head.state)),
                     .approximate_receive_count = message.receive_count,
                     .sent_timestamp = unix_ms(message.sent),
                     .first_receive_timestamp = {},
                     .visible_timestamp = {},
                     .received_by = {}};
  if (message.receive_count > 0) first.first_receive_timestamp = unix_ms(message.first_received);
  if (head.until) first.visible_timestamp = unix_ms(*head.until);
  if (!head.receiver.empty()) first.received_by = head.receiver;
  return first;
}

DescribedConversation described(const engine::InspectedConversation& conversation,
                                const engine::QueueName& queue,
                                Instant now,
                                const api::Context& context) {
  DescribedConversation described{
      .message_group_id = conversation.group,
      .state = std::string(name_of(conversation.state)),
      .message_count = static_cast<std::int64_t>(conversation.message_count),
      .messages_in_flight = static_cast<std::int64_t>(conversation.in_flight),
      .since_timestamp = {},
      .head = first_message(conversation.head, context),
      .why = {}};
  if (conversation.since) described.since_timestamp = unix_ms(*conversation.since);
  described.why = why({.conversation = conversation,
                       .queue = queue,
                       .head = described.head.message_id,
                       .now = now});
  return described;
}

}  // namespace

ListConversations::Prepared ListConversations::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = sqs::TargetQueue(input.queue_url, context)};
  if (const Result<void> done = read(input, prepared); !done) prepared.error = done.error();
  return prepared;
}

api::Asked<ListConversations::Decided> ListConversations::decide(engine::Engine& engine,
                                                                 engine::Turn& turn,
                                                                 Prepared& prepared) {
  const engine::Queue& queue = *TRY(find_fifo(prepared.queue, engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  engine::InspectedConversations page =
      engine.conversations({.queue = queue.id,
                            .after = prepared.walk.after,
                            .state = prepared.state,
                            .count_max = prepared.count_max,
                            .looks_max = engine::looks_per_turn_max});
  const std::size_t found = page.conversations.size();
  Decided decided{
      .conversations = std::move(page.conversations), .next = page.next, .now = turn.now};
  return prepared.walk.go_on(std::move(decided), found, page.next);
}

Result<ListConversationsOutput> ListConversations::finish(const Decided& decided,
                                                          const Prepared& prepared,
                                                          const api::Context& context,
                                                          const api::Bodies&) {
  Output output;
  for (const engine::InspectedConversation& each : decided.conversations)
    output.conversations.push_back(described(each, prepared.queue.name, decided.now, context));
  if (decided.next) output.next_token = base64(engine::sequence_number(*decided.next));
  return output;
}

DescribeConversation::Prepared DescribeConversation::prepare(Input input,
                                                             const api::Context& context) {
  return {.queue = sqs::TargetQueue(input.queue_url, context),
          .group = std::move(input.message_group_id)};
}

api::Asked<DescribeConversation::Decided> DescribeConversation::decide(engine::Engine& engine,
                                                                       engine::Turn& turn,
                                                                       Prepared& prepared) {
  const engine::Queue& queue = *TRY(find_fifo(prepared.queue, engine));
  auto conversation = engine.find_conversation(queue.id, prepared.group);
  if (!conversation) return no_conversation(prepared.group);
  return Decided{.conversation = *std::move(conversation), .now = turn.now};
}

Result<DescribeConversationOutput> DescribeConversation::finish(const Decided& decided,
                                                                const Prepared& prepared,
                                                                const api::Context& context,
                                                                const api::Bodies&) {
  return Output{.conversation =
                    described(decided.conversation, prepared.queue.name, decided.now, context)};
}

}  // namespace mailrail::admin
