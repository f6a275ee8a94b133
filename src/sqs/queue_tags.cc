#include "sqs/queue_tags.h"

#include <utility>

#include "sqs/mailrail_tags.h"
#include "sqs/on_poison.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

void change(engine::Engine& engine,
            engine::Turn& turn,
            const engine::Queue& queue,
            const std::map<std::string, std::string>& tags) {
  if (tags == queue.tags) return;
  // A tag that was there before it meant something may have any value.
  engine.change_tags(turn, queue.id, tags,
                     on_poison_of(tags).value_or(engine::OnPoison::dead_letter));
}

}  // namespace

TagQueue::Prepared TagQueue::prepare(Input input, const api::Context& context) {
  Prepared prepared{
      .queue = TargetQueue(input.queue_url, context), .error = {}, .tags = std::move(input.tags)};
  if (prepared.tags.empty()) prepared.error = errors::missing_parameter("Tags").error();
  if (const Result<void> checked = check_tags(prepared.tags); !checked)
    prepared.error = checked.error();
  const Result<void> ours = check_mailrail_tags(prepared.queue.name.name, prepared.tags);
  if (!ours && !prepared.error) prepared.error = ours.error();
  return prepared;
}

api::Asked<Nothing> TagQueue::decide(engine::Engine& engine,
                                     engine::Turn& turn,
                                     Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  std::map<std::string, std::string> tags = queue.tags;
  for (const auto& [key, value] : prepared.tags) tags.insert_or_assign(key, value);
  if (const Result<void> counted = check_tag_count(queue.name.name, tags.size()); !counted)
    return std::unexpected(counted.error());
  change(engine, turn, queue, tags);
  return Nothing{};
}

UntagQueue::Prepared UntagQueue::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = TargetQueue(input.queue_url, context),
                    .error = {},
                    .keys = std::move(input.tag_keys)};
  if (const Result<void> checked = check_tag_keys(prepared.keys); !checked)
    prepared.error = checked.error();
  return prepared;
}

api::Asked<Nothing> UntagQueue::decide(engine::Engine& engine,
                                       engine::Turn& turn,
                                       Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  std::map<std::string, std::string> tags = queue.tags;
  for (const std::string& key : prepared.keys) tags.erase(key);
  change(engine, turn, queue, tags);
  return Nothing{};
}

api::Asked<ListQueueTags::Decided> ListQueueTags::decide(engine::Engine& engine,
                                                         engine::Turn&,
                                                         Prepared& queue) {
  return Decided{.tags = TRY(queue.find(engine))->tags};
}

Result<ListQueueTagsOutput> ListQueueTags::finish(const Decided& decided,
                                                  const Prepared&,
                                                  const api::Context&,
                                                  const api::Bodies&) {
  return Output{.tags = decided.tags};
}

}  // namespace mailrail::sqs
