#include "sns/topics.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sns/limits.h"

namespace mailrail::sns {
namespace {

// Counted only once there are so many that it may matter.
Result<void> check_topic_count(const engine::Engine& engine,
                               const engine::TopicName& name,
                               bool is_fifo) {
  const std::size_t count_max = is_fifo ? limits::fifo_topics_max : limits::standard_topics_max;
  if (engine.topics().names().size() < count_max) return {};
  const auto counts = [&](const auto& each) {
    const engine::Topic& topic = *engine.topics().find(each.second);
    return topic.name.region == name.region && topic.name.account == name.account &&
           topic.attributes.is_fifo == is_fifo;
  };
  if (std::ranges::count_if(engine.topics().names(), counts) <
      static_cast<std::ptrdiff_t>(count_max)) {
    return {};
  }
  return fail(errors::topic_limit_exceeded_kind,
              fmt::format("Topic limit exceeded: an account has at most {} {} topics.", count_max,
                          is_fifo ? "FIFO" : "standard"));
}

// What was asked for, of a topic that is there.
Result<void> check_same(const engine::Topic& topic,
                        const CreateTopic::Prepared& prepared,
                        const TagMap& tags) {
  if (!prepared.given.empty() && !has_the_same(topic, prepared.given, *prepared.attributes)) {
    return errors::invalid_parameter(
        {.parameter = "Attributes", .reason = "Topic already exists with different attributes"});
  }
  const bool has_tags =
      std::ranges::includes(topic.tags, tags);  // Both in the order of their keys.
  if (!has_tags) {
    return errors::invalid_parameter(
        {.parameter = "Tags", .reason = "Topic already exists with different tags"});
  }
  return {};
}

void change(engine::Engine& engine,
            engine::Turn& turn,
            const engine::Topic& topic,
            const engine::TopicAttributes& attributes) {
  if (attributes != topic.attributes) engine.change_topic(turn, topic.id, attributes, topic.tags);
}

}  // namespace

// With a policy of its own a topic is open to whom that names.
Result<void> CreateTopic::authorize(const api::AccessRequest& request, const Prepared& prepared) {
  auth::Right right = *request.context.right;
  if (prepared.given.contains(std::string(attribute::policy)))
    right.traits = right.traits.with(auth::Trait::opens_payloads);
  const std::optional<api::Subject> subject = topic_subject(prepared.topic);
  return subject ? api::authorize(request, right, *subject) : api::authorize(request, subject);
}

CreateTopic::Prepared CreateTopic::prepare(Input input, const api::Context& context) {
  Prepared prepared{.topic = {.region = context.caller.region,
                              .account = context.caller.account,
                              .name = *input.name},
                    .given = std::move(input.attributes),
                    .attributes = engine::TopicAttributes{},
                    .tags = checked_tags(input.tags)};
  prepared.attributes = attributes_for_create(prepared.topic.name, prepared.given);
  if (prepared.attributes && input.data_protection_policy) {
    prepared.attributes =
        with_data_protection_policy(*prepared.attributes, *input.data_protection_policy);
  }
  // The first of all topics brings the key of all: it is made here, as that takes long.
  if (prepared.attributes) prepared.signing_key = &context.signer->key().pair();
  return prepared;
}

api::Asked<Nothing> CreateTopic::decide(engine::Engine& engine,
                                        engine::Turn& turn,
                                        Prepared& prepared) {
  const auto decided = [&]() -> Result<void> {
    const engine::Topic* existing = engine.topics().find(prepared.topic);
    const TagMap tags = TRY(prepared.tags);
    // Who asks for a FIFO topic by its name alone gets the one that is there.
    if (existing != nullptr && prepared.given.empty()) return check_same(*existing, prepared, tags);
    if (!prepared.attributes) return std::unexpected(prepared.attributes.error());
    if (existing != nullptr) return check_same(*existing, prepared, tags);
    TRY(check_tag_count(tags.size()));
    TRY(check_topic_count(engine, prepared.topic, prepared.attributes->is_fifo));
    if (engine.signing_key() == nullptr) {
      engine.set_signing_key(turn, prepared.signing_key->private_key,
                             prepared.signing_key->certificate);
    }
    engine.create_topic(turn, prepared.topic, *prepared.attributes, tags);
    return {};
  }();
  if (!decided) return std::unexpected(decided.error());
  return Nothing{};
}

Result<CreateTopicOutput> CreateTopic::finish(const Decided&,
                                              const Prepared& prepared,
                                              const api::Context&,
                                              const api::Bodies&) {
  return Output{.topic_arn = topic_arn(prepared.topic)};
}

api::Asked<Nothing> DeleteTopic::decide(engine::Engine& engine,
                                        engine::Turn& turn,
                                        Prepared& topic) {
  const Result<const engine::Topic*> found = topic.find(engine);
  if (!found && found.error().kind == &errors::not_found_kind) return Nothing{};
  if (!found) return std::unexpected(found.error());
  if (has_archive((*found)->attributes)) {
    return fail(errors::invalid_state_kind,
                "Invalid state: a topic with an ArchivePolicy cannot be deleted. Set it to {} "
                "first.");
  }
  engine.delete_topic(turn, (*found)->id);
  return Nothing{};
}

ListTopics::Prepared ListTopics::prepare(Input input, const api::Context& context) {
  return {.first = {.region = context.caller.region, .account = context.caller.account, .name = {}},
          .after = read_token(input.next_token),
          .caller = context.caller};
}

api::Asked<ListTopics::Decided> ListTopics::decide(engine::Engine& engine,
                                                   engine::Turn&,
                                                   Prepared& prepared) {
  if (!prepared.after) return std::unexpected(prepared.after.error());
  engine::TopicName first = prepared.first;
  first.name = prepared.after->value_or("");
  Decided decided;
  const auto& names = engine.topics().names();
  for (auto each = names.lower_bound(first); each != names.end(); ++each) {
    const engine::TopicName& topic = each->first;
    if (topic.region != first.region || topic.account != first.account) break;
    if (topic.name == *prepared.after || !may_see(prepared.caller, topic)) continue;
    decided.has_more = decided.topics.size() == limits::page_size;
    if (decided.has_more) break;
    decided.topics.push_back(topic);
  }
  return decided;
}

Result<ListTopicsOutput> ListTopics::finish(const Decided& decided,
                                            const Prepared&,
                                            const api::Context&,
                                            const api::Bodies&) {
  Output output;
  for (const engine::TopicName& each : decided.topics)
    output.topics.push_back({.topic_arn = topic_arn(each)});
  if (decided.has_more) output.next_token = make_token(decided.topics.back().name);
  return output;
}

api::Asked<GetTopicAttributes::Decided> GetTopicAttributes::decide(engine::Engine& engine,
                                                                   engine::Turn&,
                                                                   Prepared& topic) {
  const Result<const engine::Topic*> found = topic.find(engine);
  if (!found) return std::unexpected(found.error());
  return Decided{.attributes = render_attributes(**found)};
}

SetTopicAttributes::Prepared SetTopicAttributes::prepare(Input input, const api::Context& context) {
  return {.topic = TargetTopic("TopicArn", *input.topic_arn, context),
          .name = *std::move(input.attribute_name),
          .value = std::move(input.attribute_value).value_or("")};
}

api::Asked<Nothing> SetTopicAttributes::decide(engine::Engine& engine,
                                               engine::Turn& turn,
                                               Prepared& prepared) {
  const Result<const engine::Topic*> found = prepared.topic.find(engine);
  if (!found) return std::unexpected(found.error());
  const Result<engine::TopicAttributes> attributes =
      attributes_after_set((*found)->attributes, prepared.name, prepared.value);
  if (!attributes) return std::unexpected(attributes.error());
  change(engine, turn, **found, *attributes);
  return Nothing{};
}

api::Asked<GetDataProtectionPolicy::Decided> GetDataProtectionPolicy::decide(engine::Engine& engine,
                                                                             engine::Turn&,
                                                                             Prepared& topic) {
  const Result<const engine::Topic*> found = topic.find(engine);
  if (!found) return std::unexpected(found.error());
  return Decided{.policy = std::string(
                     kept_attribute((*found)->attributes.kept, attribute::data_protection_policy))};
}

PutDataProtectionPolicy::Prepared PutDataProtectionPolicy::prepare(Input input,
                                                                   const api::Context& context) {
  return {.topic = TargetTopic("ResourceArn", *input.resource_arn, context),
          .policy = *std::move(input.data_protection_policy)};
}

api::Asked<Nothing> PutDataProtectionPolicy::decide(engine::Engine& engine,
                                                    engine::Turn& turn,
                                                    Prepared& prepared) {
  const Result<const engine::Topic*> found = prepared.topic.find(engine);
  if (!found) return std::unexpected(found.error());
  const Result<engine::TopicAttributes> attributes =
      with_data_protection_policy((*found)->attributes, prepared.policy);
  if (!attributes) return std::unexpected(attributes.error());
  change(engine, turn, **found, *attributes);
  return Nothing{};
}

}  // namespace mailrail::sns
