// Service: one AWS API that mailrail speaks: its names on the wire and its actions.
//
// What services do differently is data here: which protocols they speak, whether a queue's path
// means anything to them, what they say of a parameter that is missing. Adding an action is one
// line in its service's list: decoding, checking what is required and answering follow from its
// shapes.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

#include "api/api_call.h"
#include "api/errors.h"
#include "wire/form.h"
#include "wire/json_decode.h"
#include "wire/query_decode.h"

namespace mailrail::api {

struct Service;

// A request whose action is known, still undecoded.
struct Incoming {
  const Service* service;
  Seat seat;
  Envelope envelope;
  Context context;
  std::string_view json;   // AWS JSON.
  const wire::Form* form;  // AWS Query; else null.
  // The request's path if it may name a queue and the service knows such paths; stands in for a
  // parameter QueueUrl.
  std::string_view queue_path;
};

// The call, or the answer that needs no state.
using Made = std::expected<std::unique_ptr<ApiCall>, http::Response>;

struct ActionEntry {
  std::string_view name;
  Made (*make)(Incoming incoming);
};

// An action that a path names, whatever else the request says: what tools know that AWS has not.
// Behind the path may follow /REGION/ACCOUNT/NAME of a queue.
struct PathAction {
  std::string_view path;
  ActionEntry action;
};

enum class QueuePaths { unknown, known };

struct Service {
  wire::Service wire;
  std::string_view target_prefix = {};  // `AmazonSQS.`; empty if it speaks no AWS JSON.
  // What a parameter Version may say; the newest is answered. None if it speaks no AWS Query.
  std::span<const std::string_view> query_versions = {};
  std::string_view signing_name = {};  // In credential scopes and hosts: `sqs`.
  std::string_view policy_prefix;      // Of its actions, in auth/rights.h.
  const ErrorKind* access_denied = &errors::access_denied;
  const ErrorKind* throttled = &errors::request_throttled;
  // The parameter that tells its requests from another service's of the same action.
  std::string_view subject_parameter = {};
  QueuePaths queue_paths = QueuePaths::unknown;
  EmptyText empty_text = EmptyText::is_missing;
  Error (*missing_parameter)(std::string_view name) = &api::missing_parameter;
  ReadTopicMessage read_topic_message = nullptr;  // If it publishes to queues.
  std::span<const ActionEntry> actions;
  std::span<const PathAction> paths = {};
};

const ActionEntry* find_action(const Service& service, std::string_view name);

Error decode_error(wire::Protocol protocol, const wire::DecodeError& error);
Error unknown_action(const Envelope& envelope);
Error unknown_version(std::string_view version);

template <class Action>
Made make_call(Incoming incoming) {
  using Input = typename Action::Input;
  auto input = incoming.form != nullptr ? wire::decode_query<Input>(*incoming.form)
                                        : wire::decode_json<Input>(incoming.json);
  if (!input)
    return std::unexpected(
        answer_with(incoming.envelope, decode_error(incoming.envelope.protocol, input.error())));
  if constexpr (requires { input->queue_url; }) {
    if (input->queue_url.empty()) input->queue_url = incoming.queue_path;
  } else if constexpr (requires { Action::is_refused_on_queue_paths; }) {
    if (incoming.form != nullptr && !incoming.queue_path.empty() &&
        Action::is_refused_on_queue_paths) {
      return std::unexpected(answer_with(incoming.envelope, unknown_action(incoming.envelope)));
    }
  }
  if (const auto missing = first_missing(*input, incoming.service->empty_text)) {
    return std::unexpected(
        answer_with(incoming.envelope, incoming.service->missing_parameter(*missing)));
  }
  return std::make_unique<ActionCall<Action>>(std::move(incoming.seat),
                                              std::move(incoming.envelope),
                                              std::move(incoming.context), *std::move(input));
}

template <class Action>
constexpr ActionEntry entry_of() {
  return {.name = Action::name, .make = &make_call<Action>};
}

}  // namespace mailrail::api
