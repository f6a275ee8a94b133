#include "sqs/handles.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "broker/traffic.h"
#include "sqs/batch.h"
#include "sqs/limits.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

Error invalid_handle(const std::string& text) {
  return {.kind = &errors::receipt_handle_is_invalid,
          .message = fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.",
                                 errors::shown(text))};
}

PreparedHandle prepare_handle(std::string id, std::string text, const api::Context& context) {
  PreparedHandle prepared{.id = std::move(id),
                          .text = std::move(text),
                          .handle = {},
                          .error = {},
                          .traffic = context.traffic};
  if (prepared.text.empty()) {
    prepared.error = errors::missing_parameter("ReceiptHandle").error();
    return prepared;
  }
  prepared.handle = context.identity->read_receipt_handle(prepared.text);
  if (!prepared.handle) prepared.error = invalid_handle(prepared.text);
  return prepared;
}

PreparedHandle prepare_change(std::string id,
                              std::string text,
                              std::optional<int> seconds,
                              const api::Context& context) {
  PreparedHandle prepared = prepare_handle(std::move(id), std::move(text), context);
  if (const Result<void> checked = check_visibility_timeout(seconds); !checked && !prepared.error)
    prepared.error = checked.error();
  prepared.visibility_timeout = std::chrono::seconds(seconds.value_or(0));
  return prepared;
}

Result<void> expired(const PreparedHandle& prepared) {
  return errors::invalid_parameter({"ReceiptHandle", prepared.text},
                                   "The receipt handle has expired");
}

// The handle is one of this queue's.
Result<void> check_handle(const engine::Queue& queue, const PreparedHandle& prepared) {
  if (prepared.error) return std::unexpected(*prepared.error);
  if (prepared.handle->queue != queue.id) return std::unexpected(invalid_handle(prepared.text));
  return {};
}

Result<void> delete_message(engine::Engine& engine,
                            engine::Turn& turn,
                            const engine::Queue& queue,
                            const PreparedHandle& prepared) {
  TRY(check_handle(queue, prepared));
  if (prepared.traffic != nullptr) prepared.traffic->delete_asked(*prepared.handle);
  if (engine.delete_message(turn, *prepared.handle) == engine::DeleteResult::handle_expired)
    return expired(prepared);
  return {};
}

Result<void> change_visibility(engine::Engine& engine,
                               engine::Turn& turn,
                               const engine::Queue& queue,
                               const PreparedHandle& prepared) {
  TRY(check_handle(queue, prepared));
  switch (engine.change_visibility(turn, *prepared.handle, prepared.visibility_timeout)) {
    case engine::VisibilityResult::done:
      return {};
    case engine::VisibilityResult::handle_expired:
      return expired(prepared);
    case engine::VisibilityResult::no_such_message:
      return errors::invalid_parameter(
          {"ReceiptHandle", prepared.text},
          "Message does not exist or is not available for visibility timeout change");
    case engine::VisibilityResult::beyond_limit:
      break;
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(prepared.visibility_timeout).count();
  return errors::invalid_parameter(
      {"VisibilityTimeout", std::to_string(seconds)},
      "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
}

using DoOne = Result<void> (*)(engine::Engine&,
                               engine::Turn&,
                               const engine::Queue&,
                               const PreparedHandle&);

api::Asked<Nothing> decide_one(engine::Engine& engine,
                               engine::Turn& turn,
                               const PreparedHandles& prepared,
                               DoOne do_one) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (const Result<void> done = do_one(engine, turn, queue, prepared.entries.front()); !done) {
    return std::unexpected(done.error());
  }
  return Nothing{};
}

using Outcomes = std::vector<Result<void>>;

// On a standard queue nobody waits for a change of visibility to be durable: losing it only shows
// the message again.
// An error is about the state, and waits for it.
bool is_all_done(const Nothing&) { return true; }
bool is_all_done(const Outcomes& outcomes) {
  return std::ranges::all_of(outcomes, [](const Result<void>& each) { return each.has_value(); });
}

template <class Decided>
api::Asked<Decided> without_waiting_on_standard(api::Asked<Decided> asked,
                                                const engine::Engine& engine,
                                                const PreparedHandles& prepared) {
  const engine::Queue* queue = engine.find_queue(prepared.queue.name);
  if (asked.value && is_all_done(*asked.value) && queue != nullptr && !queue->attributes.is_fifo) {
    asked.decision.waits = broker::Decision::Waits::for_bodies;
  }
  return asked;
}

api::Asked<Outcomes> decide_each(engine::Engine& engine,
                                 engine::Turn& turn,
                                 const PreparedHandles& prepared,
                                 DoOne do_one) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  Outcomes outcomes;
  for (const PreparedHandle& each : prepared.entries)
    outcomes.push_back(do_one(engine, turn, queue, each));
  return outcomes;
}

template <class Output>
Output output_of(const Outcomes& outcomes, const PreparedHandles& prepared) {
  Output output;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::string& id = prepared.entries[i].id;
    if (outcomes[i]) {
      output.successful.push_back({.id = id});
    } else {
      output.failed.push_back(failed_entry(id, outcomes[i].error()));
    }
  }
  return output;
}

}  // namespace

PreparedHandles DeleteMessage::prepare(Input input, const api::Context& context) {
  return {.queue = TargetQueue(input.queue_url, context),
          .error = {},
          .entries = {prepare_handle({}, std::move(input.receipt_handle), context)}};
}

api::Asked<Nothing> DeleteMessage::decide(engine::Engine& engine,
                                          engine::Turn& turn,
                                          Prepared& prepared) {
  return decide_one(engine, turn, prepared, &delete_message);
}

PreparedHandles DeleteMessageBatch::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = TargetQueue(input.queue_url, context), .error = {}, .entries = {}};
  if (const Result<void> checked = check_batch(name, input.entries); !checked)
    prepared.error = checked.error();
  for (auto& each : input.entries) {
    prepared.entries.push_back(
        prepare_handle(std::move(each.id), std::move(each.receipt_handle), context));
  }
  return prepared;
}

api::Asked<Outcomes> DeleteMessageBatch::decide(engine::Engine& engine,
                                                engine::Turn& turn,
                                                Prepared& prepared) {
  return decide_each(engine, turn, prepared, &delete_message);
}

Result<DeleteMessageBatchOutput> DeleteMessageBatch::finish(const Decided& done,
                                                            const Prepared& prepared,
                                                            const api::Context&,
                                                            const api::Bodies&) {
  return output_of<Output>(done, prepared);
}

PreparedHandles ChangeMessageVisibility::prepare(Input input, const api::Context& context) {
  return {.queue = TargetQueue(input.queue_url, context),
          .error = {},
          .entries = {prepare_change({}, std::move(input.receipt_handle), input.visibility_timeout,
                                     context)}};
}

api::Asked<Nothing> ChangeMessageVisibility::decide(engine::Engine& engine,
                                                    engine::Turn& turn,
                                                    Prepared& prepared) {
  return without_waiting_on_standard(decide_one(engine, turn, prepared, &change_visibility), engine,
                                     prepared);
}

PreparedHandles ChangeMessageVisibilityBatch::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = TargetQueue(input.queue_url, context), .error = {}, .entries = {}};
  if (const Result<void> checked = check_batch(name, input.entries); !checked)
    prepared.error = checked.error();
  for (auto& each : input.entries) {
    prepared.entries.push_back(prepare_change(std::move(each.id), std::move(each.receipt_handle),
                                              each.visibility_timeout, context));
  }
  return prepared;
}

api::Asked<Outcomes> ChangeMessageVisibilityBatch::decide(engine::Engine& engine,
                                                          engine::Turn& turn,
                                                          Prepared& prepared) {
  return without_waiting_on_standard(decide_each(engine, turn, prepared, &change_visibility),
                                     engine, prepared);
}

Result<ChangeMessageVisibilityBatchOutput> ChangeMessageVisibilityBatch::finish(
    const Decided& done, const Prepared& prepared, const api::Context&, const api::Bodies&) {
  return output_of<Output>(done, prepared);
}

}  // namespace mailrail::sqs
