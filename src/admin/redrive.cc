#include "admin/redrive.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "admin/limits.h"
#include "admin/states.h"
#include "admin/walk.h"
#include "base/check.h"
#include "engine/limits.h"
#include "sqs/arn.h"
#include "sqs/errors.h"
#include "sqs/move_tasks.h"

namespace mailrail::admin {
namespace {

using engine::Hash128;
using engine::MessageState;
using engine::RedriveResult;
using engine::RedriveVerdict;

Result<std::vector<Hash128>> read_ids(const std::vector<std::string>& texts) {
  if (texts.empty() || texts.size() > limits::redriven_messages_max) {
    return fail(sqs::errors::invalid_parameter_value,
                fmt::format("MessageIds has {} ids. It must have 1 to {}.", texts.size(),
                            limits::redriven_messages_max));
  }
  std::vector<Hash128> ids;
  for (const std::string& each : texts) {
    const std::optional<Hash128> id = engine::read_message_id(each);
    if (!id)
      return sqs::errors::invalid_parameter({"MessageIds", each}, "It must be a message's id");
    if (std::ranges::find(ids, *id) != ids.end())
      return sqs::errors::invalid_parameter({"MessageIds", each}, "It must be given once");
    ids.push_back(*id);
  }
  return ids;
}

Result<void> read(RedriveMessages::Prepared& prepared) {
  prepared.ids = TRY(read_ids(prepared.input.message_ids));
  prepared.after = TRY(read_after(prepared.input.after));
  prepared.sought = prepared.ids;
  std::ranges::sort(prepared.sought);
  return {};
}

// Programs match on these words and on those of states, so they stay as they are.
std::string_view outcome_of(const RedriveResult& result) {
  switch (result.verdict) {
    case RedriveVerdict::moved:
      return "Moved";
    case RedriveVerdict::not_there:
      return "NotFound";
    case RedriveVerdict::not_visible:
      return name_of(result.state);
    case RedriveVerdict::no_source:
      return "NoSource";
    case RedriveVerdict::no_destination:
      return "NoDestination";
  }
  CHECK(false);
}

std::string_view why_hidden(MessageState state) {
  switch (state) {
    case MessageState::in_flight:
      return "A consumer holds it.";
    case MessageState::delayed:
      return "Its delay is not over.";
    case MessageState::blocked:
      return why_blocked;
    case MessageState::parked:
      return "Its conversation is parked.";
    case MessageState::damaged:
      return "Its body is damaged on disk.";
    case MessageState::visible:
      break;
  }
  CHECK(false);
}

std::string_view why_not_moved(const RedriveResult& result) {
  switch (result.verdict) {
    case RedriveVerdict::not_there:
      return "The queue has no such message: it was deleted, moved or too old, or is elsewhere.";
    case RedriveVerdict::not_visible:
      return why_hidden(result.state);
    case RedriveVerdict::no_source:
      return "It did not come from another queue. Say with DestinationArn where it is to go.";
    case RedriveVerdict::no_destination:
      return "The queue that it came from does not exist any more, or is of another type. Say with "
             "DestinationArn where it is to go.";
    case RedriveVerdict::moved:
      break;
  }
  CHECK(false);
}

}  // namespace

Result<void> RedriveMessages::authorize(const api::AccessRequest& request,
                                        const Prepared& prepared) {
  return sqs::authorize_move(request, *prepared.queue.subject(), prepared.input.destination_arn);
}

RedriveMessages::Prepared RedriveMessages::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = sqs::TargetQueue(input.queue_url, context), .input = std::move(input)};
  if (prepared.input.destination_arn)
    prepared.destination = sqs::own_queue(*prepared.input.destination_arn, context);
  if (const Result<void> done = read(prepared); !done) prepared.error = done.error();
  return prepared;
}

// Ids do not say where messages are. First all are found, in as many turns as that takes, and then
// moved in one.
api::Asked<RedriveMessages::Decided> RedriveMessages::decide(engine::Engine& engine,
                                                             engine::Turn& turn,
                                                             Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  const engine::FoundMessages found =
      engine.find(turn.now, {.queue = queue.id,
                             .after = prepared.after,
                             .ids = prepared.sought,
                             .looks_max = engine::looks_per_turn_max});
  for (const engine::FoundMessage& each : found.messages) {
    std::erase(prepared.sought, each.id);
    prepared.found.push_back(each);
  }
  if (found.next) {
    prepared.after = *found.next;
    return {broker::Decision{.verdict = broker::Decision::Verdict::again}, Decided{}};
  }
  const std::optional<std::string>& destination_arn = prepared.input.destination_arn;
  engine::RedriveRequest request{.source = queue.id};
  // What is no queue's ARN names no queue; but first the source must be one to move from.
  if (destination_arn) request.destination = prepared.destination.value_or(engine::QueueName());
  for (const engine::FoundMessage& each : prepared.found) request.messages.push_back(each.seq);
  const auto results = engine.redrive(turn, request);
  if (!results) return sqs::refusal_of_move(results.error(), destination_arn.value_or(""));
  Decided fates;
  for (const Hash128& each : prepared.ids) {
    Fate& fate = fates.emplace_back(Fate{.result = {.verdict = RedriveVerdict::not_there}});
    const auto place = std::ranges::find(prepared.found, each, &engine::FoundMessage::id);
    if (place == prepared.found.end()) continue;
    fate.result = (*results)[static_cast<std::size_t>(place - prepared.found.begin())];
    if (fate.result.verdict == RedriveVerdict::moved)
      fate.to = engine.find_queue(fate.result.to)->name;
  }
  return fates;
}

Result<RedriveMessagesOutput> RedriveMessages::finish(const Decided& fates,
                                                      const Prepared& prepared,
                                                      const api::Context&,
                                                      const api::Bodies&) {
  Output output;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const Fate& fate = fates[i];
    RedrivenMessage& told = output.messages.emplace_back();
    told.message_id = prepared.input.message_ids[i];
    told.outcome = outcome_of(fate.result);
    if (fate.to) {
      told.destination_arn = sqs::queue_arn(*fate.to);
    } else {
      told.why = why_not_moved(fate.result);
    }
  }
  return output;
}

}  // namespace mailrail::admin
