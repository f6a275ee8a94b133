#include "sqs/receive.h"

#include <algorithm>
#include <utility>

#include "broker/traffic.h"
#include "sqs/message_attributes.h"
#include "sqs/shown_message.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

Result<void> check(const ReceiveMessageInput& input,
                   std::span<const std::string> system_attribute_names) {
  TRY(check_max_number_of_messages(input.max_number_of_messages));
  TRY(check_wait_time_seconds(input.wait_time_seconds));
  TRY(check_receive_visibility_timeout(input.visibility_timeout));
  TRY(check_message_system_attribute_names(system_attribute_names));
  if (input.receive_request_attempt_id)
    TRY(check_token("ReceiveRequestAttemptId", *input.receive_request_attempt_id));
  return {};
}

// AWS JSON takes the union of the older and the newer name; AWS Query lets the older one win.
std::vector<std::string> system_attribute_names_of(const ReceiveMessageInput& input,
                                                   const api::Context& context) {
  std::vector<std::string> names = input.attribute_names;
  if (context.is_query && !names.empty()) return names;
  names.insert(names.end(), input.message_system_attribute_names.begin(),
               input.message_system_attribute_names.end());
  return names;
}

std::optional<Duration> seconds_of(std::optional<int> seconds) {
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

std::map<std::string, std::string> asked_for(std::map<std::string, std::string> attributes,
                                             const std::vector<std::string>& names) {
  if (std::ranges::find(names, "All") != names.end()) return attributes;
  std::erase_if(attributes, [&](const auto& each) {
    return std::ranges::find(names, each.first) == names.end();
  });
  return attributes;
}

// Of the key, if it has one: people know it by that.
const std::string& name_of(const auth::Caller& caller) {
  const bool has_name = caller.grant != nullptr && !caller.grant->name.empty();
  return has_name ? caller.grant->name : caller.user;
}

// A key that was shown; where none are in force, what the caller says is one.
broker::Consumer consumer_of(const api::Context& context) {
  broker::Consumer consumer{.address = context.remote_address, .user_agent = context.user_agent};
  const auth::Caller& caller = context.caller;
  if (caller.grant != nullptr) {
    consumer.key_id = caller.grant->key_id;
  } else if (caller.is_signed()) {
    consumer.key_id = caller.user;
  }
  return consumer;
}

void tell_of_asking(ReceiveMessage::Prepared& prepared, QueueId queue, Instant now) {
  if (prepared.traffic == nullptr) return;
  prepared.consumer_id = prepared.traffic->consumers().asks(queue, prepared.consumer, now);
}

// Without messages it waited for so long and got nothing.
void tell_of_answer(const ReceiveMessage::Prepared& prepared,
                    const engine::Queue& queue,
                    const ReceiveMessage::Decided& decided,
                    Instant now) {
  if (prepared.traffic == nullptr) return;
  using Poll = broker::Traffic::Poll;
  if (decided.messages.empty()) {
    const bool has_waited = prepared.wait.value_or(queue.attributes.receive_wait) > 0s;
    prepared.traffic->received_nothing(queue.id, has_waited ? Poll::was_long : Poll::was_short);
  }
  const Duration timeout =
      prepared.visibility_timeout.value_or(queue.attributes.visibility_timeout);
  prepared.traffic->consumers().answered(
      prepared.consumer_id, {.messages = decided.messages, .until = now + timeout}, now);
}

}  // namespace

ReceiveMessage::Prepared ReceiveMessage::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = TargetQueue(input.queue_url, context)};
  prepared.system_attribute_names = system_attribute_names_of(input, context);
  if (const Result<void> checked = check(input, prepared.system_attribute_names); !checked)
    prepared.error = checked.error();
  prepared.count_max = static_cast<std::size_t>(input.max_number_of_messages.value_or(1));
  prepared.visibility_timeout = seconds_of(input.visibility_timeout);
  prepared.wait = seconds_of(input.wait_time_seconds);
  prepared.attempt = std::move(input.receive_request_attempt_id);
  prepared.attribute_names = std::move(input.message_attribute_names);
  prepared.receiver = name_of(context.caller);
  prepared.traffic = context.traffic;
  prepared.consumer = consumer_of(context);
  return prepared;
}

api::Asked<ReceiveMessage::Decided> ReceiveMessage::decide(engine::Engine& engine,
                                                           engine::Turn& turn,
                                                           Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  const bool is_fifo = queue.attributes.is_fifo;
  const Duration wait = prepared.wait.value_or(queue.attributes.receive_wait);
  if (!prepared.deadline) prepared.deadline = turn.now + wait;
  tell_of_asking(prepared, queue.id, turn.now);
  engine::ReceiveResult result =
      engine.receive(turn, {.queue = queue.id,
                            .count_max = prepared.count_max,
                            .visibility_timeout = prepared.visibility_timeout,
                            .attempt = prepared.attempt ? *prepared.attempt : std::string_view{},
                            .receiver = prepared.receiver});
  using broker::Decision;
  if (result.is_unfinished) return {Decision{.verdict = Decision::Verdict::again}, Decided{}};
  if (result.messages.empty()) {
    if (turn.now < *prepared.deadline) {
      return {Decision{.verdict = Decision::Verdict::wait,
                       .queue = queue.id,
                       .deadline = *prepared.deadline},
              Decided{}};
    }
    tell_of_answer(prepared, queue, {}, turn.now);
    // AWS tells short polls only, and FIFO queues never.
    if (result.is_at_limit && !is_fifo && wait == 0s) {
      return fail(errors::over_limit,
                  "Too many messages in flight: delete some, or let their visibility timeout end.");
    }
    return Decided{};
  }
  Decided decided{.messages = std::move(result.messages),
                  .bodies = {},
                  .type = is_fifo ? engine::QueueType::fifo : engine::QueueType::standard,
                  .is_repeatable = result.is_repeatable};
  tell_of_answer(prepared, queue, decided, turn.now);
  for (const engine::ReceivedMessage& each : decided.messages) decided.bodies.push_back(each.body);
  // Its body is older than the fact that brought it here. What was for an endpoint names no source.
  const bool was_moved = std::ranges::any_of(decided.messages, [](const auto& each) {
    const bool was_for_endpoint = each.share && is_http(each.share->protocol);
    return each.dead_letter_source.has_value() || each.redrives > 0 || was_for_endpoint;
  });
  const bool may_lose_lease = !is_fifo && !was_moved && !result.moved_dead_letters;
  return {Decision{.waits = may_lose_lease ? Decision::Waits::for_bodies
                                           : Decision::Waits::for_everything},
          std::move(decided)};
}

std::vector<engine::ReceiptHandle> ReceiveMessage::leases(const Decided& decided) {
  std::vector<engine::ReceiptHandle> leases;
  if (decided.is_repeatable) return leases;  // Another answer may have told them, too.
  for (const engine::ReceivedMessage& each : decided.messages) leases.push_back(each.handle());
  return leases;
}

Result<ReceiveMessageOutput> ReceiveMessage::finish(const Decided& decided,
                                                    const Prepared& prepared,
                                                    const api::Context& context,
                                                    const api::Bodies& bodies) {
  Output output;
  for (std::size_t i = 0; i < decided.messages.size(); ++i) {
    const engine::ReceivedMessage& received = decided.messages[i];
    if (!bodies.shows(i)) continue;
    Message message = TRY(shown_message(received, bodies[i], decided.type, context));
    message.receipt_handle = context.identity->receipt_handle(received.handle());
    message.attributes = asked_for(std::move(message.attributes), prepared.system_attribute_names);
    message.message_attributes = selected(message.message_attributes, prepared.attribute_names);
    message.md5_of_message_attributes = md5_of(message.message_attributes);
    output.messages.push_back(std::move(message));
  }
  return output;
}

std::size_t ReceiveMessage::payload_bytes(const Prepared&, const Output& output) {
  std::size_t bytes = 0;
  for (const Message& each : output.messages)
    bytes += each.body.size() + counted_bytes(each.message_attributes);
  return bytes;
}

}  // namespace mailrail::sqs
