#include "sqs/queues.h"

#include <utility>

#include <fmt/format.h>

#include "api/dead_letters.h"
#include "sqs/arn.h"
#include "sqs/mailrail_tags.h"
#include "sqs/on_poison.h"
#include "sqs/queue_attributes.h"
#include "sqs/redrive_policy.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

// A dead-letter queue must exist, belong to the same account and region, and take this queue's dead
// letters.
Result<void> check_dead_letter_target(const engine::Engine& engine,
                                      const engine::QueueName& source,
                                      const engine::QueueAttributes& attributes) {
  if (!attributes.dead_letter) return {};
  const auto policy = attributes.kept.find(std::string(attribute::redrive_policy));
  const std::string_view shown =
      policy == attributes.kept.end() ? std::string_view{} : policy->second;
  const engine::QueueName& wanted = attributes.dead_letter->target;
  if (wanted.region != source.region || wanted.account != source.account) {
    return errors::invalid_parameter({attribute::redrive_policy, shown},
                                     "Dead letter target must be of the same region and account");
  }
  const engine::Queue* target = engine.find_queue(wanted);
  if (target == nullptr)
    return errors::invalid_parameter({attribute::redrive_policy, shown},
                                     "Dead letter target does not exist");
  const auto allowed = target->attributes.kept.find(std::string(attribute::redrive_allow_policy));
  if (allowed != target->attributes.kept.end() &&
      !allows_redrive(allowed->second, queue_arn(source))) {
    return errors::invalid_parameter(
        {attribute::redrive_policy, shown},
        "The dead letter target's RedriveAllowPolicy does not allow this queue");
  }
  return {};
}

}  // namespace

// With a policy of its own a queue is open to whom that names.
Result<void> CreateQueue::authorize(const api::AccessRequest& request, const Prepared& prepared) {
  auth::Right right = *request.context.right;
  if (prepared.given.contains(std::string(attribute::policy)))
    right.traits = right.traits.with(auth::Trait::opens_payloads);
  TRY(api::authorize(request, right, {.about = auth::About::queue, .name = prepared.queue}));
  if (!prepared.attributes || !prepared.attributes->dead_letter) return {};
  return api::authorize_dead_letters(request.context, prepared.attributes->dead_letter->target);
}

CreateQueue::Prepared CreateQueue::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = {.region = context.caller.region,
                              .account = context.caller.account,
                              .name = input.queue_name},
                    .given = std::move(input.attributes),
                    .tags = std::move(input.tags),
                    .attributes = engine::QueueAttributes{}};
  prepared.attributes = attributes_for_create(input.queue_name, prepared.given);
  Result<void> checked = check_tags(prepared.tags);
  if (checked) checked = check_tag_count(input.queue_name, prepared.tags.size());
  if (checked && prepared.attributes)
    checked = check_mailrail_tags(input.queue_name, prepared.tags);
  if (!checked && prepared.attributes) prepared.attributes = std::unexpected(checked.error());
  if (!prepared.attributes) return prepared;
  prepared.attributes->on_poison = on_poison_of(prepared.tags).value();
  return prepared;
}

api::Asked<Nothing> CreateQueue::decide(engine::Engine& engine,
                                        engine::Turn& turn,
                                        Prepared& prepared) {
  const engine::Queue* existing = engine.find_queue(prepared.queue);
  // Who asks for nothing gets what is there: a FIFO queue, too, without saying that it is one.
  if (existing != nullptr && prepared.given.empty()) return Nothing{};
  if (!prepared.attributes) return std::unexpected(prepared.attributes.error());
  if (existing != nullptr) {
    const auto difference = TRY(first_difference(existing->attributes, prepared.given));
    if (!difference) return Nothing{};
    return fail(
        errors::queue_name_exists,
        fmt::format(
            "A queue already exists with the same name and a different value for attribute {}",
            *difference));
  }
  TRY(check_throughput_limit(*prepared.attributes));
  if (engine.is_deleted_recently(prepared.queue, turn.now)) {
    return fail(errors::queue_deleted_recently,
                "You must wait 60 seconds after deleting a queue before you can create another "
                "with the same name.");
  }
  TRY(check_dead_letter_target(engine, prepared.queue, *prepared.attributes));
  engine.create_queue(turn, prepared.queue, *prepared.attributes, prepared.tags);
  return Nothing{};
}

Result<CreateQueueOutput> CreateQueue::finish(const Decided&,
                                              const Prepared& prepared,
                                              const api::Context& context,
                                              const api::Bodies&) {
  return Output{.queue_url = queue_url(context, prepared.queue)};
}

api::Asked<Nothing> DeleteQueue::decide(engine::Engine& engine,
                                        engine::Turn& turn,
                                        Prepared& queue) {
  const engine::Queue& found = *TRY(queue.find(engine));
  engine.delete_queue(turn, found.id);
  return Nothing{};
}

api::Asked<Nothing> PurgeQueue::decide(engine::Engine& engine,
                                       engine::Turn& turn,
                                       Prepared& queue) {
  const engine::Queue& found = *TRY(queue.find(engine));
  if (engine.purge_queue(turn, found.id) == engine::PurgeResult::too_soon) {
    return fail(errors::purge_queue_in_progress,
                fmt::format("Only one PurgeQueue operation on {} is allowed every 60 seconds.",
                            queue.name.name));
  }
  return Nothing{};
}

TargetQueue GetQueueUrl::prepare(Input input, const api::Context& context) {
  TargetQueue queue(input.queue_name, context);
  queue.name.name = std::move(input.queue_name);  // A name, never a URL.
  if (input.queue_owner_account) queue.name.account = std::move(*input.queue_owner_account);
  return queue;
}

api::Asked<Nothing> GetQueueUrl::decide(engine::Engine& engine, engine::Turn&, Prepared& queue) {
  TRY(queue.find(engine));
  return Nothing{};
}

Result<GetQueueUrlOutput> GetQueueUrl::finish(const Decided&,
                                              const Prepared& queue,
                                              const api::Context& context,
                                              const api::Bodies&) {
  return Output{.queue_url = queue_url(context, queue.name)};
}

ListQueues::Prepared ListQueues::prepare(Input input, const api::Context& context) {
  return {.first = {.region = context.caller.region, .account = context.caller.account, .name = {}},
          .prefix = input.queue_name_prefix.value_or(""),
          .page = page_request(input.max_results, input.next_token),
          .caller = context.caller};
}

api::Asked<Page> ListQueues::decide(engine::Engine& engine, engine::Turn&, Prepared& prepared) {
  if (!prepared.page) return std::unexpected(prepared.page.error());
  return page_of(engine, *prepared.page, prepared.first, prepared.prefix,
                 [&](const engine::Queue& each) { return may_see(prepared.caller, each); });
}

Result<ListQueuesOutput> ListQueues::finish(const Decided& page,
                                            const Prepared& prepared,
                                            const api::Context& context,
                                            const api::Bodies&) {
  return Output{.queue_urls = queue_urls(context, page),
                .next_token = next_token(*prepared.page, page)};
}

GetQueueAttributes::Prepared GetQueueAttributes::prepare(Input input, const api::Context& context) {
  Prepared prepared{.queue = TargetQueue(input.queue_url, context),
                    .error = {},
                    .names = std::move(input.attribute_names)};
  if (const Result<void> checked = check_queue_attribute_names(prepared.names); !checked)
    prepared.error = checked.error();
  return prepared;
}

api::Asked<GetQueueAttributes::Decided> GetQueueAttributes::decide(engine::Engine& engine,
                                                                   engine::Turn&,
                                                                   Prepared& prepared) {
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  return Decided{.queue = queue, .counts = engine.counts(queue.id)};
}

Result<GetQueueAttributesOutput> GetQueueAttributes::finish(const Decided& decided,
                                                            const Prepared& prepared,
                                                            const api::Context&,
                                                            const api::Bodies&) {
  const engine::Queue& queue = decided.queue;
  AttributeMap rendered = render_attributes(queue.attributes);
  const auto add = [&](std::string_view name, std::string value) {
    rendered[std::string(name)] = std::move(value);
  };
  add(attribute::queue_arn, queue_arn(queue.name));
  add(attribute::created_timestamp, std::to_string(unix_seconds(queue.created_at)));
  add(attribute::last_modified_timestamp, std::to_string(unix_seconds(queue.changed_at)));
  add(attribute::approximate_number_of_messages, std::to_string(decided.counts.visible));
  add(attribute::approximate_number_of_messages_not_visible,
      std::to_string(decided.counts.in_flight));
  add(attribute::approximate_number_of_messages_delayed, std::to_string(decided.counts.delayed));
  if (queue.attributes.is_fifo) {
    add(attribute::parked_conversations, std::to_string(decided.counts.parked_conversations));
    add(attribute::parked_messages, std::to_string(decided.counts.parked));
  }
  return Output{.attributes = select_attributes(rendered, prepared.names)};
}

Result<void> SetQueueAttributes::authorize(const api::AccessRequest& request,
                                           const Prepared& prepared) {
  TRY(api::authorize(request, prepared.queue.subject()));
  const auto policy = prepared.given.find(std::string(attribute::redrive_policy));
  if (policy == prepared.given.end()) return {};
  const engine::Queue* queue = request.engine.find_queue(prepared.queue.name);
  const bool is_fifo = queue != nullptr && queue->attributes.is_fifo;
  const auto wanted =
      parse_redrive_policy(policy->second, is_fifo ? QueueType::fifo : QueueType::standard);
  if (!wanted) return {};  // It will be refused for that.
  return api::authorize_dead_letters(request.context, wanted->target);
}

SetQueueAttributes::Prepared SetQueueAttributes::prepare(Input input, const api::Context& context) {
  return {.queue = TargetQueue(input.queue_url, context), .given = std::move(input.attributes)};
}

api::Asked<Nothing> SetQueueAttributes::decide(engine::Engine& engine,
                                               engine::Turn& turn,
                                               Prepared& prepared) {
  if (prepared.given.empty()) return errors::missing_parameter("Attributes");
  const engine::Queue& queue = *TRY(prepared.queue.find(engine));
  const Result<engine::QueueAttributes> attributes =
      attributes_after_set(queue.attributes, prepared.given);
  if (!attributes) return std::unexpected(attributes.error());
  if (const auto checked = check_dead_letter_target(engine, queue.name, *attributes); !checked) {
    const bool is_changed = prepared.given.contains(std::string(attribute::redrive_policy));
    if (is_changed) return std::unexpected(checked.error());
  }
  engine.change_queue(turn, queue.id, *attributes);
  return Nothing{};
}

}  // namespace mailrail::sqs
