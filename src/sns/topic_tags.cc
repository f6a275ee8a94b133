#include "sns/topic_tags.h"

#include <utility>

namespace mailrail::sns {
namespace {

void change(engine::Engine& engine,
            engine::Turn& turn,
            const engine::Topic& topic,
            const TagMap& tags) {
  if (tags != topic.tags) engine.change_topic(turn, topic.id, topic.attributes, tags);
}

}  // namespace

TagResource::Prepared TagResource::prepare(Input input, const api::Context& context) {
  Prepared prepared{.topic = TargetTopic("ResourceArn", *input.resource_arn, context),
                    .tags = checked_tags(input.tags)};
  if (input.tags.empty()) prepared.tags = std::unexpected(errors::missing_parameter("Tags"));
  return prepared;
}

api::Asked<Nothing> TagResource::decide(engine::Engine& engine,
                                        engine::Turn& turn,
                                        Prepared& prepared) {
  const Result<const engine::Topic*> found = prepared.topic.find_resource(engine);
  if (!found) return std::unexpected(found.error());
  if (!prepared.tags) return std::unexpected(prepared.tags.error());
  TagMap tags = (*found)->tags;
  for (const auto& [key, value] : *prepared.tags) tags.insert_or_assign(key, value);
  if (const Result<void> counted = check_tag_count(tags.size()); !counted)
    return std::unexpected(counted.error());
  change(engine, turn, **found, tags);
  return Nothing{};
}

UntagResource::Prepared UntagResource::prepare(Input input, const api::Context& context) {
  return {.topic = TargetTopic("ResourceArn", *input.resource_arn, context),
          .checked = check_tag_keys(input.tag_keys),
          .keys = std::move(input.tag_keys)};
}

api::Asked<Nothing> UntagResource::decide(engine::Engine& engine,
                                          engine::Turn& turn,
                                          Prepared& prepared) {
  const Result<const engine::Topic*> found = prepared.topic.find_resource(engine);
  if (!found) return std::unexpected(found.error());
  if (!prepared.checked) return std::unexpected(prepared.checked.error());
  TagMap tags = (*found)->tags;
  for (const std::string& key : prepared.keys) tags.erase(key);
  change(engine, turn, **found, tags);
  return Nothing{};
}

api::Asked<ListTagsForResource::Decided> ListTagsForResource::decide(engine::Engine& engine,
                                                                     engine::Turn&,
                                                                     Prepared& topic) {
  const Result<const engine::Topic*> found = topic.find_resource(engine);
  if (!found) return std::unexpected(found.error());
  return Decided{.tags = (*found)->tags};
}

}  // namespace mailrail::sns
