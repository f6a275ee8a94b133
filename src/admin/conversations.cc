#include "admin/conversations.h"

#include <utility>

#include <fmt/format.h>

#include "admin/errors.h"
#include "admin/fifo_queue.h"
#include "base/check.h"
#include "base/digest.h"
#include "engine/limits.h"
#include "sqs/errors.h"

namespace mailrail::admin {
namespace {

using engine::ParkedResult;

std::unexpected<Error> not_parked(std::string_view group) {
  return fail(errors::conversation_not_parked,
              fmt::format("The conversation {} is not parked.", sqs::errors::shown(group)));
}

Result<void> result_of(ParkedResult result, std::string_view group) {
  switch (result) {
    case ParkedResult::done:
      return {};
    case ParkedResult::not_parked:
      return not_parked(group);
    case ParkedResult::head_in_flight:
      return fail(errors::head_in_flight,
                  fmt::format("The first message of the conversation {} is in flight. Skip it when "
                              "its visibility timeout is over, or drop the conversation.",
                              sqs::errors::shown(group)));
    case ParkedResult::head_damaged:
      return fail(errors::head_unreadable,
                  fmt::format("The first message of the conversation {} is damaged on disk. It can "
                              "only be discarded.",
                              sqs::errors::shown(group)));
    case ParkedResult::no_dead_letters:
      return fail(errors::no_dead_letter_queue,
                  "The queue has no RedrivePolicy, or the FIFO queue that it names does not exist. "
                  "Set one, or discard the message.");
  }
  CHECK(false);
}

}  // namespace

ListParkedConversations::Prepared ListParkedConversations::prepare(Input input,
                                                                   const api::Context& context) {
  return {.queue = sqs::TargetQueue(input.queue_url, context),
          .page = sqs::page_request(input.max_results, input.next_token)};
}

api::Asked<ListParkedConversations::Decided> ListParkedConversations::decide(engine::Engine& engine,
                                                                             engine::Turn&,
                                                                             Prepared& prepared) {
  const engine::Queue& queue = *TRY(find_fifo(prepared.queue, engine));
  const sqs::PageRequest page = TRY(prepared.page);
  Decided decided{.conversations =
                      engine.parked(queue.id, page.after.value_or(""), page.count_max + 1)};
  decided.has_more = decided.conversations.size() > page.count_max;
  if (decided.has_more) decided.conversations.pop_back();
  return decided;
}

Result<ListParkedConversationsOutput> ListParkedConversations::finish(const Decided& decided,
                                                                      const Prepared&,
                                                                      const api::Context& context,
                                                                      const api::Bodies&) {
  Output output;
  for (const engine::ParkedConversation& each : decided.conversations) {
    output.conversations.push_back(
        {.message_group_id = each.group,
         .message_count = static_cast<std::int64_t>(each.message_count),
         .parked_timestamp = unix_ms(each.since),
         .head = {.message_id = context.identity->message_id(
                      each.head_origin_queue, each.head_origin_seq, each.head_redrives),
                  .sequence_number = engine::sequence_number(each.head),
                  .approximate_receive_count = each.head_receive_count,
                  .sent_timestamp = unix_ms(each.head_sent)}});
  }
  if (decided.has_more) output.next_token = base64(decided.conversations.back().group);
  return output;
}

ParkConversation::Prepared ParkConversation::prepare(Input input, const api::Context& context) {
  return {.queue = sqs::TargetQueue(input.queue_url, context),
          .group = std::move(input.message_group_id)};
}

api::Asked<Nothing> ParkConversation::decide(engine::Engine& engine,
                                             engine::Turn& turn,
                                             Prepared& prepared) {
  const engine::Queue& queue = *TRY(find_fifo(prepared.queue, engine));
  if (!engine.find_conversation(queue.id, prepared.group)) return no_conversation(prepared.group);
  engine.park(turn, queue.id, prepared.group);
  return Nothing{};
}

RetryConversation::Prepared RetryConversation::prepare(Input input, const api::Context& context) {
  return {.queue = sqs::TargetQueue(input.queue_url, context),
          .group = std::move(input.message_group_id)};
}

api::Asked<Nothing> RetryConversation::decide(engine::Engine& engine,
                                              engine::Turn& turn,
                                              Prepared& prepared) {
  const engine::Queue& queue = *TRY(find_fifo(prepared.queue, engine));
  TRY(result_of(engine.retry(turn, queue.id, prepared.group), prepared.group));
  return Nothing{};
}

SkipConversation::Prepared SkipConversation::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = sqs::TargetQueue(input.queue_url, context),
                    .group = std::move(input.message_group_id),
                    .message_id = std::move(input.message_id)};
  if (input.head_action == "DeadLetter") {
    prepared.to = engine::SkipTo::dead_letters;
  } else if (input.head_action != "Discard") {
    prepared.error = sqs::errors::invalid_parameter({"HeadAction", input.head_action},
                                                    "It must be Discard or DeadLetter")
                         .error();
  }
  return prepared;
}

api::Asked<Nothing> SkipConversation::decide(engine::Engine& engine,
                                             engine::Turn& turn,
                                             Prepared& prepared) {
  const engine::Queue& queue = *TRY(find_fifo(prepared.queue, engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  const auto parked = engine.find_parked(queue.id, prepared.group);
  if (!parked) return not_parked(prepared.group);
  const std::string head = engine.identity().message_id(
      parked->head_origin_queue, parked->head_origin_seq, parked->head_redrives);
  if (prepared.message_id && *prepared.message_id != head) {
    return fail(errors::head_is_another,
                fmt::format("The first message of the conversation {} is {}, not {}.",
                            sqs::errors::shown(prepared.group), head,
                            sqs::errors::shown(*prepared.message_id)));
  }
  TRY(result_of(engine.skip(turn, queue.id, prepared.group, prepared.to), prepared.group));
  return Nothing{};
}

DropConversation::Prepared DropConversation::prepare(Input input, const api::Context& context) {
  return {.queue = sqs::TargetQueue(input.queue_url, context),
          .group = std::move(input.message_group_id)};
}

// What arrives while it takes its turns is not dropped.
api::Asked<std::uint64_t> DropConversation::decide(engine::Engine& engine,
                                                   engine::Turn& turn,
                                                   Prepared& prepared) {
  const engine::Queue& queue = *TRY(find_fifo(prepared.queue, engine));
  if (!prepared.request) prepared.request = engine.drop_request(queue.id, prepared.group);
  if (!prepared.request) return not_parked(prepared.group);
  const engine::DropResult result =
      engine.drop(turn, queue.id, *prepared.request, engine::dropped_per_turn_max);
  prepared.dropped += result.removed;
  if (!result.has_more) return prepared.dropped;
  return {broker::Decision{.verdict = broker::Decision::Verdict::again}, prepared.dropped};
}

Result<DropConversationOutput> DropConversation::finish(const Decided& dropped,
                                                        const Prepared&,
                                                        const api::Context&,
                                                        const api::Bodies&) {
  return Output{.messages_dropped = static_cast<std::int64_t>(dropped)};
}

}  // namespace mailrail::admin
