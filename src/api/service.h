// Service: one AWS API that mailrail speaks: its name on the wire and its actions.
// Adding an action is one line in its service's list: decoding, checking what is required and
// answering follow from its shapes.

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

// A request whose action is known, still undecoded.
struct Incoming {
  Seat seat;
  Envelope envelope;
  Context context;
  std::string_view json;   // AWS JSON.
  const wire::Form* form;  // AWS Query; else null.
  std::string_view
      queue_path;  // The request's path if it may name a queue; stands in for a parameter QueueUrl.
};

// The call, or the answer that needs no state.
using Made = std::expected<std::unique_ptr<ApiCall>, http::Response>;

struct ActionEntry {
  std::string_view name;
  Made (*make)(Incoming incoming);
};

struct Service {
  wire::Service wire;
  std::string_view target_prefix;  // `AmazonSQS.`
  std::span<const std::string_view>
      query_versions;  // What a parameter Version may say; the newest is answered.
  std::span<const ActionEntry> actions;
};

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
  } else if (incoming.form != nullptr && !incoming.queue_path.empty() &&
             Action::is_refused_on_queue_paths) {
    return std::unexpected(answer_with(incoming.envelope, unknown_action(incoming.envelope)));
  }
  if (const auto missing = first_missing(*input)) {
    return std::unexpected(answer_with(incoming.envelope, missing_parameter(*missing)));
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
