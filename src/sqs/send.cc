#include "sqs/send.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/room.h"
#include "base/check.h"
#include "base/digest.h"
#include "sqs/batch.h"
#include "sqs/limits.h"
#include "sqs/message_attributes.h"
#include "sqs/message_record.h"
#include "sqs/queue_room.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

// What a batch entry and a single send have in common.
struct Draft {
  const std::string& body;
  const MessageAttributes& attributes;
  const MessageAttributes& system_attributes;
  std::optional<int> delay_seconds;
  const std::optional<std::string>& group;
  const std::optional<std::string>& deduplication_id;
};

template <class Input>
Draft draft_of(const Input& input) {
  return {.body = input.message_body,
          .attributes = input.message_attributes,
          .system_attributes = input.message_system_attributes,
          .delay_seconds = input.delay_seconds,
          .group = input.message_group_id,
          .deduplication_id = input.message_deduplication_id};
}

Result<void> check(const Draft& draft) {
  if (draft.body.empty()) return errors::missing_parameter("MessageBody");
  TRY(check_message_body(draft.body));
  TRY(check_delay_seconds(draft.delay_seconds));
  TRY(check_message_attributes(draft.attributes));
  TRY(check_message_system_attributes(draft.system_attributes));
  if (draft.group) TRY(check_token("MessageGroupId", *draft.group));
  if (draft.deduplication_id) TRY(check_token("MessageDeduplicationId", *draft.deduplication_id));
  return {};
}

std::string_view trace_header_of(const Draft& draft, const api::Context& context) {
  const auto sent = draft.system_attributes.find("AWSTraceHeader");
  if (sent != draft.system_attributes.end() && sent->second.string_value)
    return *sent->second.string_value;
  const bool is_usable =
      context.trace_header && context.trace_header->size() <= limits::trace_header_bytes_max;
  return is_usable ? std::string_view(*context.trace_header) : std::string_view{};
}

PreparedMessage prepare_message(const Draft& draft, const api::Context& context) {
  PreparedMessage message;
  message.body_bytes = draft.body.size();
  message.counted_bytes = draft.body.size() + counted_bytes(draft.attributes);
  message.group = draft.group;
  message.deduplication_id = draft.deduplication_id;
  if (const Result<void> checked = check(draft); !checked) {
    message.error = checked.error();
    return message;
  }
  message.md5_of_attributes = md5_of(draft.attributes);
  message.md5_of_system_attributes = md5_of(draft.system_attributes);
  if (draft.delay_seconds) message.delay = std::chrono::seconds(*draft.delay_seconds);
  if (draft.group && !draft.deduplication_id) message.content_hash = hex(sha256(draft.body));
  message.record = encode_record({.body = draft.body,
                                  .attributes = draft.attributes,
                                  .sender_id = context.caller.user,
                                  .trace_header = trace_header_of(draft, context)});
  return message;
}

// A record ends with its body.
void add_body(PreparedMessage& message, Md5Batch& batch) {
  if (message.error) return;
  const std::string_view record = message.record;
  batch.add(record.substr(record.size() - message.body_bytes), digest_place(message.record));
}

// The one member whose absence AWS words otherwise for an entry than for a single message.
Error no_body_of_entry(std::size_t place) {
  return {.kind = &errors::empty_value,
          .message = fmt::format("No Value Found for SendMessageBatchRequestEntry.{}.MessageBody.",
                                 place)};
}

constexpr std::string_view needs_deduplication_id =
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
    "provided explicitly";

// In AWS's grammar.
constexpr std::string_view not_for_this_type =
    "The request include parameter that is not valid for this queue type";

// What a FIFO queue demands of any message; a batch fails whole where an entry lacks it. The two
// calls word a missing group differently.
Result<void> check_fifo(const engine::Queue& queue,
                        const PreparedMessage& message,
                        MessageFrom from) {
  if (!queue.attributes.is_fifo) return {};
  if (!message.group) {
    if (from == MessageFrom::single_send) return errors::missing_parameter("MessageGroupId");
    return fail(errors::invalid_parameter_value,
                "The request must contain the parameter MessageGroupId.");
  }
  if (!message.deduplication_id && !queue.attributes.content_based_deduplication) {
    return fail(errors::invalid_parameter_value, std::string(needs_deduplication_id));
  }
  return {};
}

// What only the other type of queue takes.
Result<void> check_type(const engine::Queue& queue, const PreparedMessage& message) {
  if (!queue.attributes.is_fifo && message.deduplication_id) {
    return errors::invalid_parameter({"MessageDeduplicationId", *message.deduplication_id},
                                     not_for_this_type);
  }
  if (queue.attributes.is_fifo && message.delay.value_or(0s) > 0s) {
    return errors::invalid_parameter(
        {"DelaySeconds",
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*message.delay).count())},
        not_for_this_type);
  }
  return {};
}

Result<SentMessage> record(engine::Engine& engine,
                           engine::Turn& turn,
                           const engine::Queue& queue,
                           const PreparedMessage& message,
                           MessageFrom from) {
  if (message.error) return std::unexpected(*message.error);
  CHECK(digest_in(message.record) != Md5{} && "its digest was to be written before it is asked");
  TRY(check_message_bytes(message.counted_bytes, queue.attributes.message_bytes_max, from));
  TRY(check_type(queue, message));
  const bool is_fifo = queue.attributes.is_fifo;
  const engine::SendRequest request{
      .queue = queue.id,
      .delay = message.delay,
      .group = message.group ? std::string_view(*message.group) : std::string_view{},
      .deduplication_id =
          message.deduplication_id ? *message.deduplication_id : message.content_hash,
      .record = message.record,
      .message_bytes = message.counted_bytes};
  Result<void> room = api::expect_room(turn);
  if (room) room = expect_room_in(engine, queue);
  if (!room) {
    const auto original = engine.original_of(turn.now, request);  // Adds nothing.
    if (!original) return std::unexpected(room.error());
    return SentMessage{.result = *original, .is_fifo = is_fifo};
  }
  return SentMessage{.result = engine.send(turn, request), .is_fifo = is_fifo};
}

// SendMessageOutput and SendMessageBatchResultEntry name the same things.
template <class Output>
void fill(Output& output,
          const SentMessage& sent,
          const PreparedMessage& message,
          const api::Context& context) {
  output.message_id = context.identity->message_id(sent.result.queue, sent.result.seq, 0);
  output.md5_of_message_body = hex(digest_in(message.record));
  output.md5_of_message_attributes = message.md5_of_attributes;
  output.md5_of_message_system_attributes = message.md5_of_system_attributes;
  if (sent.is_fifo) output.sequence_number = engine::sequence_number(sent.result.seq);
}

}  // namespace

SendMessage::Prepared SendMessage::prepare(Input input, const api::Context& context) {
  return {.queue = TargetQueue(input.queue_url, context),
          .message = prepare_message(draft_of(input), context)};
}

void SendMessage::add_texts(Prepared& prepared, Md5Batch& batch) {
  add_body(prepared.message, batch);
}

api::Asked<SentMessage> SendMessage::decide(engine::Engine& engine,
                                            engine::Turn& turn,
                                            Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (const Result<void> fits = check_fifo(queue, prepared.message, MessageFrom::single_send);
      !fits && !prepared.message.error) {
    return std::unexpected(fits.error());
  }
  if (!prepared.message.error) {
    if (auto held = hold_back(engine, turn.now, {.queue = queue.id}, prepared.place)) return *held;
  }
  return record(engine, turn, queue, prepared.message, MessageFrom::single_send);
}

Result<SendMessageOutput> SendMessage::finish(const Decided& sent,
                                              const Prepared& prepared,
                                              const api::Context& context,
                                              const api::Bodies&) {
  Output output;
  fill(output, sent, prepared.message, context);
  return output;
}

SendMessageBatch::Prepared SendMessageBatch::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = TargetQueue(input.queue_url, context), .error = {}, .entries = {}};
  if (const Result<void> checked = check_batch(name, input.entries); !checked) {
    prepared.error = checked.error();
    return prepared;
  }
  prepared.entries.reserve(input.entries.size());
  std::size_t bytes = 0;
  for (const SendMessageBatchRequestEntry& each : input.entries) {
    prepared.entries.push_back(
        {.id = each.id, .message = prepare_message(draft_of(each), context)});
    PreparedMessage& message = prepared.entries.back().message;
    bytes += message.counted_bytes;
    if (each.message_body.empty()) message.error = no_body_of_entry(prepared.entries.size());
  }
  if (const Result<void> fits = check_batch_bytes(bytes); !fits) prepared.error = fits.error();
  return prepared;
}

void SendMessageBatch::add_texts(Prepared& prepared, Md5Batch& batch) {
  for (Entry& each : prepared.entries) add_body(each.message, batch);
}

api::Asked<SendMessageBatch::Decided> SendMessageBatch::decide(engine::Engine& engine,
                                                               engine::Turn& turn,
                                                               Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  for (const Entry& each : prepared.entries) {
    if (const Result<void> fits = check_fifo(queue, each.message, MessageFrom::batch_entry);
        !fits) {
      return std::unexpected(fits.error());
    }
  }
  const engine::PlaceRequest places{.queue = queue.id, .messages = prepared.entries.size()};
  if (auto held = hold_back(engine, turn.now, places, prepared.place)) return *held;
  Decided sent;
  sent.reserve(prepared.entries.size());
  for (const Entry& each : prepared.entries) {
    sent.push_back(record(engine, turn, queue, each.message, MessageFrom::batch_entry));
    // Clients try a call again only if all of it failed, and nothing of it may be recorded then.
    const Result<SentMessage>& last = sent.back();
    const bool has_none = std::ranges::none_of(sent, &Result<SentMessage>::has_value);
    if (!last && last.error().kind->http_status >= 500 && has_none)
      return std::unexpected(last.error());
  }
  return sent;
}

Result<SendMessageBatchOutput> SendMessageBatch::finish(const Decided& sent,
                                                        const Prepared& prepared,
                                                        const api::Context& context,
                                                        const api::Bodies&) {
  Output output;
  output.successful.reserve(sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const Entry& entry = prepared.entries[i];
    if (sent[i]) {
      SendMessageBatchResultEntry& success = output.successful.emplace_back();
      success.id = entry.id;
      fill(success, *sent[i], entry.message, context);
    } else {
      output.failed.push_back(failed_entry(entry.id, sent[i].error()));
    }
  }
  return output;
}

std::size_t SendMessageBatch::payload_bytes(const Prepared& prepared, const Output&) {
  std::size_t bytes = 0;
  for (const Entry& each : prepared.entries) bytes += each.message.counted_bytes;
  return bytes;
}

}  // namespace mailrail::sqs
