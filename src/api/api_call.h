// ApiCall: one request of a service's API, from its input to the bytes of its answer.
//
// prepare and finish run on an HTTP thread, decide on the engine thread. What differs between
// protocols is done here, from the action's shapes; an action knows none.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/access.h"
#include "api/bodies.h"
#include "api/call_slots.h"
#include "api/context.h"
#include "api/key_rates.h"
#include "base/md5_lanes.h"
#include "base/result.h"
#include "base/shape.h"
#include "broker/call.h"
#include "engine/identity.h"
#include "http/message.h"
#include "http/server.h"
#include "wire/reply.h"

namespace mailrail::api {

// How the answer is to be written, and to whom.
struct Envelope {
  const wire::Service* service = nullptr;
  wire::Protocol protocol = wire::Protocol::json;
  std::string request_id = {};
  std::string_view action = {};
};

http::Response answer_with(const Envelope& envelope, Source output);
http::Response answer_with(const Envelope& envelope, const Error& error);

// How many requests AWS bills for so much payload.
std::uint32_t billed_requests(std::size_t payload_bytes);

// What a call is about, for who counts and logs: the queue or topic as the caller named it.
struct Target {
  std::string name = {};  // Or the end of its URL or ARN; empty: none.
  http::About::Order order = http::About::Order::standard;
};
Target target_of(std::string_view url_or_arn);

template <class Input>
Target target_of_input(const Input& input) {
  if constexpr (requires { input.queue_url; }) {
    return target_of(input.queue_url);
  } else if constexpr (requires { input.topic_arn->size(); }) {
    return target_of(input.topic_arn.value_or(std::string()));
  } else if constexpr (requires { std::string_view(input.topic_arn); }) {
    return target_of(input.topic_arn);
  } else if constexpr (requires { std::string_view(input.queue_name); }) {
    return target_of(input.queue_name);
  } else if constexpr (requires { input.name->size(); }) {
    return target_of(input.name.value_or(std::string()));
  } else {
    return {};
  }
}

// Whom the call is for, and its place among the calls under way.
struct Seat {
  std::uint64_t call_id;
  http::ExchangeId exchange;
  CallSlot slot;
};

// The messages that an answer shows, and the queue that they were received from.
struct Shown {
  const engine::QueueName* queue = nullptr;
  std::span<const engine::ReceivedMessage> messages = {};
};

class ApiCall : public broker::Call {
 public:
  explicit ApiCall(Seat seat)
      : Call(seat.call_id), exchange(seat.exchange), slot(std::move(seat.slot)) {}

  // Adds the texts whose digests it stores, which are to be written before it is asked.
  virtual void add_texts(Md5Batch&) {}

  // The answer, once it may be told.
  virtual http::Response finish(const Bodies& bodies) const = 0;
  // Instead of it, when a body could not be read back.
  virtual http::Response finish_unreadable(const Error& why) const = 0;

  // Whether finish() may wait for the disk: then it is not for the HTTP threads.
  virtual bool reads_files() const { return false; }

  // One message for each body, in the same order.
  virtual Shown shown() const { return {}; }
  virtual const Context& context() const = 0;   // Who asks, and by what; for who logs the answer.
  virtual std::string_view target() const = 0;  // The name in its Target; good as long as the call.

  // The leases that the answer hands out, to be given back if nobody is there to take it.
  virtual std::vector<engine::ReceiptHandle> leases() const { return {}; }

  const http::ExchangeId exchange;
  mutable CallSlot slot;  // Given back while the call waits, and when it ends.
  // When the request was there whole; for whoever made the call.
  std::chrono::steady_clock::time_point began = {};
};

// What an action's decide() came to.
template <class Decided>
struct Asked {
  // NOLINTBEGIN(google-explicit-constructor): an answer is the rule, so that returning one is
  // enough.
  Asked(Result<Decided> decided) : value(std::move(decided)) {}
  Asked(Decided decided) : value(std::move(decided)) {}
  Asked(std::unexpected<Error> error) : value(std::move(error)) {}
  Asked(HeldBack held)
      : decision(held.decision), value(std::unexpected(std::move(held.otherwise))) {}
  // NOLINTEND(google-explicit-constructor)
  Asked(broker::Decision asked, Decided decided) : decision(asked), value(std::move(decided)) {}

  broker::Decision decision = {};
  Result<Decided> value;
};

// An action is a struct with
//   name, Input, Output, Prepared, Decided,
//   static Prepared prepare(Input, const Context&),
//   static Asked<Decided> decide(engine::Engine&, engine::Turn&, Prepared&),
//   static Result<Output> finish(const Decided&, const Prepared&, const Context&, const Bodies&),
// the last unless there is nothing to say or do. One that stores digests of texts has, too,
//   static void add_texts(Prepared&, Md5Batch&).
// What it is about, access.h says how it says.
// One that asks for messages has in its Prepared a broker::ConsumerId consumer_id, which decide()
// sets, and a `queue` with the `name` that it receives from. One whose finish() reads files says so
// by a static constexpr bool reads_files. One whose answer shows messages has, too,
//   static std::span<const engine::Body> bodies(const Decided&),
//   static Shown shown(const Decided&, const Prepared&),
//   static std::vector<engine::ReceiptHandle> leases(const Decided&),
// and one that AWS bills by its size
//   static std::size_t payload_bytes(const Prepared&, const Output&).
template <class Action>
class ActionCall final : public ApiCall {
 public:
  ActionCall(Seat seat, Envelope envelope, Context context, typename Action::Input input)
      : ApiCall(std::move(seat)),
        envelope_(std::move(envelope)),
        context_(std::move(context)),
        target_(target_of_input(input)),
        prepared_(Action::prepare(std::move(input), context_)) {}

  void add_texts(Md5Batch& batch) override {
    if constexpr (requires { Action::add_texts(prepared_, batch); })
      Action::add_texts(prepared_, batch);
  }

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    if (std::optional<HeldBack> held = hold_back(context_, turn.now, place_)) {
      decided_ = std::unexpected(std::move(held->otherwise));
      return held->decision;
    }
    if (const Result<void> allowed = authorized(engine); !allowed) {
      decided_ = std::unexpected(allowed.error());
      return {};
    }
    Asked<typename Action::Decided> asked = Action::decide(engine, turn, prepared_);
    decided_ = std::move(asked.value);
    return asked.decision;
  }

  QueueId takes_from(const engine::Engine& engine) const override {
    if constexpr (requires { prepared_.consumer_id; }) {
      if (const engine::Queue* queue = engine.find_queue(prepared_.queue.name)) return queue->id;
    }
    return broker::no_queue;
  }

  std::span<const engine::Body> bodies() const override {
    if constexpr (requires { Action::bodies(**decided_); }) {
      if (decided_->has_value()) return Action::bodies(**decided_);
    }
    return {};
  }

  bool reads_files() const override {
    if constexpr (requires { Action::reads_files; }) return Action::reads_files;
    return false;
  }

  Shown shown() const override {
    if constexpr (requires { Action::shown(**decided_, prepared_); }) {
      if (decided_->has_value()) return Action::shown(**decided_, prepared_);
    }
    return {};
  }

  const Context& context() const override { return context_; }
  std::string_view target() const override { return target_.name; }

  broker::ConsumerId consumer() const override {
    if constexpr (requires { prepared_.consumer_id; }) return prepared_.consumer_id;
    return {};
  }

  std::vector<engine::ReceiptHandle> leases() const override {
    if constexpr (requires { Action::leases(**decided_); }) {
      if (decided_->has_value()) return Action::leases(**decided_);
    }
    return {};
  }

  http::Response finish(const Bodies& bodies) const override {
    if (!decided_->has_value()) return refusal(decided_->error());
    if constexpr (!requires { &Action::finish; }) {
      return success(source_of(Nothing()), 0);
    } else {
      const Result<typename Action::Output> output =
          Action::finish(**decided_, prepared_, context_, bodies);
      if (!output) return refusal(output.error());
      std::size_t payload_bytes = 0;
      if constexpr (requires { Action::payload_bytes(prepared_, *output); })
        payload_bytes = Action::payload_bytes(prepared_, *output);
      return success(source_of(*output), payload_bytes);
    }
  }

  http::Response finish_unreadable(const Error& why) const override { return refusal(why); }

 private:
  // Asked again whenever the call is: policies change while it waits.
  Result<void> authorized(engine::Engine& engine) const {
    if (context_.caller.grant == nullptr) return {};
    return authorize_call<Action>({.context = context_, .engine = engine}, prepared_);
  }

  http::Response success(Source output, std::size_t payload_bytes) const {
    http::Response response = answer_with(envelope_, output);
    response.about.order = target_.order;
    response.about.billed = billed_requests(payload_bytes);
    return response;
  }
  http::Response refusal(const Error& error) const {
    http::Response response = answer_with(envelope_, error);
    response.about.order = target_.order;
    return response;
  }

  const Envelope envelope_;
  const Context context_;
  const Target target_;
  typename Action::Prepared prepared_;
  std::optional<Instant> place_;  // Once its key's rate gave it one.
  std::optional<Result<typename Action::Decided>> decided_;
};

}  // namespace mailrail::api
