#include "sns/publish.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "api/room.h"
#include "sns/characters.h"
#include "sns/errors.h"
#include "sns/fan_out.h"
#include "sns/limits.h"
#include "sns/topic_attributes.h"

namespace mailrail::sns {
namespace {

// A topic may be given by either name.
Result<std::string> topic_of(const PublishInput& input) {
  if (input.phone_number) {
    return errors::invalid_parameter(
        {.parameter = "PhoneNumber", .reason = "mailrail does not deliver text messages (SMS)"});
  }
  if (input.topic_arn && input.target_arn) {
    return errors::invalid_parameter(
        {.parameter = "TopicArn or TargetArn", .reason = "only one of them may be given"});
  }
  if (input.target_arn && input.target_arn->contains(":endpoint/")) {
    return errors::invalid_parameter(
        {.parameter = "TargetArn",
         .reason = "mailrail does not deliver push notifications to mobile applications"});
  }
  if (input.topic_arn) return *input.topic_arn;
  if (input.target_arn) return *input.target_arn;
  return errors::invalid_parameter(
      {.parameter = "TopicArn or TargetArn", .reason = "no value for required parameter"});
}

TargetTopic target_of(const PublishInput& input, const api::Context& context) {
  const Result<std::string> arn = topic_of(input);
  TargetTopic target(input.topic_arn ? "TopicArn" : "TargetArn", arn.value_or(""), context);
  if (!arn) target.name = std::unexpected(arn.error());
  return target;
}

PreparedMessage prepare_for(const TargetTopic& topic,
                            const Draft& draft,
                            std::string_view attributes_place,
                            const api::Context& context) {
  return prepare_message(draft, topic.name.value_or(engine::TopicName()), attributes_place,
                         context);
}

// A message that is whole and goes with the topic, and whom it would go to: nobody if it is a
// duplicate.
struct Planned {
  const engine::Topic& topic;
  engine::PublishRequest request;
  Targets targets = {};
};

Result<Planned> plan(engine::Engine& engine,
                     const engine::Turn& turn,
                     const engine::Topic& topic,
                     PreparedMessage& message) {
  set_signature_version(message.record, signature_version_of(topic.attributes));
  Planned planned{.topic = topic,
                  .request = {.topic = topic.id,
                              .group = message.group,
                              .deduplication_id = {},
                              .record = message.record,
                              .message_bytes = message.counted_bytes,
                              .targets = {}}};
  if (topic.attributes.is_fifo) {
    planned.request.deduplication_id =
        message.deduplication_id.empty() ? message.content_hash : message.deduplication_id;
  }
  if (engine.original_of(turn.now, planned.request)) return planned;
  TRY(api::expect_room(turn));
  planned.targets = TRY(targets_of(engine, topic, message));
  return planned;
}

// What was planned in this turn, and has its places.
Result<PublishedMessage> publish(engine::Engine& engine,
                                 engine::Turn& turn,
                                 Planned& planned,
                                 broker::Traffic* traffic) {
  const engine::Topic& topic = planned.topic;
  const auto result = [&](Seq publication) {
    return PublishedMessage{
        .topic = topic.id, .publication = publication, .is_fifo = topic.attributes.is_fifo};
  };
  if (const auto original = engine.original_of(turn.now, planned.request)) return result(*original);
  planned.request.targets = planned.targets.queues;
  TRY(api::expect_room(turn));  // What came before in its batch may have taken it.
  TRY(expect_room_in(engine, planned.targets.queues));
  if (traffic != nullptr) traffic->fanned_out(topic.id, planned.targets.traffic);
  return result(engine.publish(turn, planned.request).publication);
}

// PublishOutput and PublishBatchResultEntry name the same things.
template <class Output>
void fill(Output& output, const PublishedMessage& published, const api::Context& context) {
  output.message_id = context.identity->publication_id(published.topic, published.publication);
  if (published.is_fifo) output.sequence_number = engine::sequence_number(published.publication);
}

// --- Batches.

Result<void> check_ids(const std::vector<PublishBatchRequestEntry>& entries) {
  std::set<std::string_view> distinct;
  for (const PublishBatchRequestEntry& each : entries) {
    if (!distinct.insert(each.id).second) {
      return fail(errors::batch_entry_ids_not_distinct_kind,
                  "Two or more batch entries in the request have the same Id.");
    }
  }
  for (const PublishBatchRequestEntry& each : entries) {
    if (each.id.size() > limits::batch_entry_id_size_max) {
      return fail(errors::invalid_batch_entry_id_kind,
                  fmt::format("The Id of a batch entry in the batch request is too long: {}",
                              errors::shown(each.id)));
    }
    const bool is_id = !each.id.empty() && std::ranges::all_of(each.id, [](char character) {
      return is_letter_or_digit(character) || character == '-' || character == '_';
    });
    if (!is_id) {
      return fail(errors::invalid_batch_entry_id_kind,
                  fmt::format("The Id of a batch entry in the batch request contains an "
                              "impermissible character: {}",
                              errors::shown(each.id)));
    }
  }
  return {};
}

Result<void> check_count(std::size_t count) {
  if (count == 0) {
    return fail(errors::empty_batch_request_kind, "The batch request doesn't contain any entries.");
  }
  if (count > limits::batch_entries_max) {
    return fail(errors::too_many_entries_in_batch_request_kind,
                "The batch request contains more entries than permissible.");
  }
  return {};
}

// What fails the batch as a whole.
Result<void> check_batch(const engine::Topic& topic, const PublishBatch::Prepared& prepared) {
  TRY(prepared.ids);
  std::size_t bytes = 0;
  for (const PublishBatch::Entry& each : prepared.entries) {
    TRY(each.message.attributes);
    TRY(each.message.structure);
    TRY(check_fifo(topic, each.message));
    bytes += each.message.counted_bytes;
  }
  const std::size_t bytes_max =
      std::max<std::size_t>(limits::batch_bytes_max, topic.attributes.message_bytes_max);
  if (bytes <= bytes_max) return {};
  return fail(errors::batch_request_too_long_kind,
              "The length of all the messages put together is more than the limit.");
}

Result<Planned> plan_entry(engine::Engine& engine,
                           const engine::Turn& turn,
                           const engine::Topic& topic,
                           PreparedMessage& message) {
  TRY(message.contents);
  TRY(message.ids);
  TRY(check_for_topic(topic, message));
  return plan(engine, turn, topic, message);
}

// The queues that these take a place in, each as often as it takes one.
std::vector<QueueId> places_of(const std::vector<Result<Planned>>& entries) {
  std::vector<QueueId> queues;
  for (const Result<Planned>& each : entries) {
    if (!each) continue;
    const std::vector<QueueId>& more = each->targets.whose_rate_is_bounded;
    queues.insert(queues.end(), more.begin(), more.end());
  }
  return queues;
}

Result<std::vector<Result<Planned>>> plan_batch(engine::Engine& engine,
                                                const engine::Turn& turn,
                                                PublishBatch::Prepared& prepared) {
  TRY(check_count(prepared.entry_count));
  const engine::Topic& topic = *TRY(prepared.topic.find(engine));
  TRY(check_batch(topic, prepared));
  std::vector<Result<Planned>> planned;
  for (PublishBatch::Entry& each : prepared.entries) {
    planned.push_back(plan_entry(engine, turn, topic, each.message));
    // Clients try again only what failed as a whole.
    const Result<Planned>& last = planned.back();
    if (!last && last.error().kind->http_status >= 500) return std::unexpected(last.error());
  }
  return planned;
}

}  // namespace

Publish::Prepared Publish::prepare(Input input, const api::Context& context) {
  TargetTopic topic = target_of(input, context);
  PreparedMessage message = prepare_for(topic, draft_of(input), "messageAttributes", context);
  return {.topic = std::move(topic), .message = std::move(message), .traffic = context.traffic};
}

api::Asked<PublishedMessage> Publish::decide(engine::Engine& engine,
                                             engine::Turn& turn,
                                             Prepared& prepared) {
  const auto planned = [&]() -> Result<Planned> {
    PreparedMessage& message = prepared.message;
    TRY(message.contents);
    TRY(message.attributes);
    const engine::Topic& topic = *TRY(prepared.topic.find(engine));
    TRY(check_for_topic(topic, message));
    TRY(check_fifo(topic, message));
    TRY(message.structure);
    TRY(message.ids);
    return plan(engine, turn, topic, message);
  };
  Planned ready = TRY(planned());
  if (auto held = hold_back(engine, turn.now, ready.targets.whose_rate_is_bounded, prepared.place))
    return *std::move(held);
  return publish(engine, turn, ready, prepared.traffic);
}

Result<PublishOutput> Publish::finish(const Decided& published,
                                      const Prepared&,
                                      const api::Context& context,
                                      const api::Bodies&) {
  Output output;
  fill(output, published, context);
  return output;
}

PublishBatch::Prepared PublishBatch::prepare(Input input, const api::Context& context) {
  Prepared prepared{.topic = TargetTopic("TopicArn", *input.topic_arn, context),
                    .entry_count = input.entries.size(),
                    .ids = check_ids(input.entries),
                    .entries = {},
                    .traffic = context.traffic};
  if (!check_count(prepared.entry_count)) return prepared;
  for (const PublishBatchRequestEntry& each : input.entries) {
    const std::string place = fmt::format("publishBatchRequestEntries.{}.member.messageAttributes",
                                          prepared.entries.size() + 1);
    prepared.entries.push_back(
        {.id = each.id, .message = prepare_for(prepared.topic, draft_of(each), place, context)});
  }
  return prepared;
}

api::Asked<PublishBatch::Decided> PublishBatch::decide(engine::Engine& engine,
                                                       engine::Turn& turn,
                                                       Prepared& prepared) {
  std::vector<Result<Planned>> planned = TRY(plan_batch(engine, turn, prepared));
  if (auto held = hold_back(engine, turn.now, places_of(planned), prepared.place))
    return *std::move(held);
  Decided published;
  for (Result<Planned>& each : planned) {
    if (each) {
      published.push_back(publish(engine, turn, *each, prepared.traffic));
    } else {
      published.push_back(std::unexpected(each.error()));
    }
  }
  return published;
}

Result<PublishBatchOutput> PublishBatch::finish(const Decided& published,
                                                const Prepared& prepared,
                                                const api::Context& context,
                                                const api::Bodies&) {
  Output output;
  for (std::size_t i = 0; i < published.size(); ++i) {
    const std::string& id = prepared.entries[i].id;
    if (published[i]) {
      PublishBatchResultEntry& success = output.successful.emplace_back();
      success.id = id;
      fill(success, *published[i], context);
    } else {
      const Error& error = published[i].error();
      output.failed.push_back({.id = id,
                               .code = std::string(error.kind->query_code),
                               .message = error.message,
                               .sender_fault = error.kind->http_status < 500});
    }
  }
  return output;
}

std::size_t PublishBatch::payload_bytes(const Prepared& prepared, const Output&) {
  std::size_t bytes = 0;
  for (const Entry& each : prepared.entries) bytes += each.message.counted_bytes;
  return bytes;
}

}  // namespace mailrail::sns
