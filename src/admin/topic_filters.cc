#include "admin/topic_filters.h"

#include <utility>

#include <fmt/format.h>

#include "admin/errors.h"
#include "sns/arn.h"
#include "sns/endpoint.h"
#include "sns/errors.h"
#include "sns/fan_out.h"
#include "sns/limits.h"
#include "sns/message_attributes.h"
#include "sns/pages.h"
#include "sns/subscription_attributes.h"
#include "sns/texts.h"

namespace mailrail::admin {
namespace {

using sns::errors::shown;

Result<engine::TopicName> topic_of(const TestFilterInput& input, const auth::Caller& caller) {
  if (input.topic_arn.has_value() == input.topic_name.has_value()) {
    return sns::errors::invalid_parameter(
        {.parameter = "TopicArn or TopicName", .reason = "one of them must be given"});
  }
  if (input.topic_arn) return sns::parse_topic_arn("TopicArn", *input.topic_arn);
  return engine::TopicName{.region = input.region.value_or(caller.region),
                           .account = caller.account,
                           .name = *input.topic_name};
}

Result<const engine::Topic*> find(const engine::Engine& engine, const engine::TopicName& name) {
  const engine::Topic* topic = engine.topics().find(name);
  if (topic != nullptr) return topic;
  return fail(errors::topic_does_not_exist,
              fmt::format("The topic {} does not exist.", shown(sns::topic_arn(name))));
}

const sns::Event& event_for(engine::Protocol protocol, const TestFilter::Prepared& prepared) {
  const auto own = prepared.events_by_protocol.find(protocol);
  return own == prepared.events_by_protocol.end() ? *prepared.event : own->second;
}

Result<TestedSubscription> tested(engine::Engine& engine,
                                  const engine::Topic& topic,
                                  const engine::Subscription& subscription,
                                  const sns::Event& event) {
  const auto mismatch = TRY(sns::mismatch_of(engine, subscription, event));
  const std::string id = engine.identity().subscription_id(subscription.id);
  TestedSubscription result{.subscription_arn = sns::subscription_arn(topic.name, id),
                            .protocol = std::string(sns::name_of(subscription.protocol)),
                            .endpoint = sns::shown_endpoint(subscription.endpoint),
                            .matches = !mismatch && subscription.is_confirmed(),
                            .pending_confirmation = !subscription.is_confirmed(),
                            .reason = {}};
  if (mismatch) result.reason = shown(sns::describe(*mismatch));
  if (result.pending_confirmation) {
    const bool has_filter = !subscription.attributes.filter_policy.empty();
    const char* filtered = has_filter ? "; its filter would let the message through" : "";
    result.reason =
        "not confirmed yet" + (mismatch ? ", and " + *result.reason : std::string(filtered));
  }
  return result;
}

Result<TestFilterOutput> test(engine::Engine& engine, const TestFilter::Prepared& prepared) {
  const engine::TopicName name = TRY(prepared.topic);
  TRY(prepared.message);
  const SubscriptionId after = TRY(prepared.after);
  const engine::Topic& topic = *TRY(find(engine, name));
  if (prepared.counted_bytes > topic.attributes.message_bytes_max)
    return sns::errors::invalid_parameter("Message too long");
  TestFilterOutput page{
      .topic_arn = sns::topic_arn(topic.name), .subscriptions = {}, .next_token = {}};
  SubscriptionId last = after;
  for (auto each = topic.subscriptions.upper_bound(after); each != topic.subscriptions.end();
       ++each) {
    if (page.subscriptions.size() == sns::limits::page_size) {
      page.next_token = sns::make_token(last);
      break;
    }
    const auto& [id, subscription] = *each;
    page.subscriptions.push_back(
        TRY(tested(engine, topic, *subscription, event_for(subscription->protocol, prepared))));
    last = id;
  }
  return page;
}

}  // namespace

TestFilter::Prepared TestFilter::prepare(Input input, const api::Context& context) {
  const std::string message = std::move(input.message).value_or("");
  Prepared prepared{
      .topic = topic_of(input, context.caller),
      .message = sns::check_message_attributes(input.message_attributes, "messageAttributes"),
      .counted_bytes = message.size() + sns::counted_bytes(input.message_attributes),
      .after = sns::read_subscription_token(input.next_token)};
  const Result<sns::Texts> texts = sns::texts_of(message, input.message_structure);
  if (prepared.message && !texts) prepared.message = std::unexpected(texts.error());
  if (!prepared.message) return prepared;
  const auto attributes = sns::event_attributes(input.message_attributes);
  prepared.event.emplace(texts->text, attributes);
  for (const auto& [protocol, text] : texts->by_protocol)
    prepared.events_by_protocol.emplace(protocol, sns::Event(text, attributes));
  return prepared;
}

api::Asked<TestFilterOutput> TestFilter::decide(engine::Engine& engine,
                                                engine::Turn&,
                                                Prepared& prepared) {
  return test(engine, prepared);
}

}  // namespace mailrail::admin
