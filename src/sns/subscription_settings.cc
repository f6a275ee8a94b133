#include "sns/subscription_settings.h"

#include <utility>

#include "api/dead_letters.h"
#include "sns/endpoint.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

ListedSubscription listed(const engine::Subscription& subscription,
                          const engine::Topic& topic,
                          const engine::Identity& identity) {
  return {.subscription_arn =
              subscription.is_confirmed()
                  ? subscription_arn(topic.name, identity.subscription_id(subscription.id))
                  : "PendingConfirmation",
          .owner = topic.name.account,
          .protocol = std::string(name_of(subscription.protocol)),
          .endpoint = shown_endpoint(subscription.endpoint),
          .topic_arn = topic_arn(topic.name)};
}

// Fills a page; false once another one is needed.
class PageMaker {
 public:
  explicit PageMaker(const engine::Engine& engine) : engine_(engine) {}

  bool add(const engine::Subscription& subscription) {
    if (page_.subscriptions.size() == limits::page_size) {
      page_.next_token = make_token(last_);
      return false;
    }
    const engine::Topic& topic = *engine_.topics().find(subscription.topic);
    page_.subscriptions.push_back(listed(subscription, topic, engine_.identity()));
    last_ = subscription.id;
    return true;
  }

  SubscriptionPage take() { return std::move(page_); }

 private:
  const engine::Engine& engine_;
  SubscriptionPage page_;
  SubscriptionId last_;
};

}  // namespace

api::Asked<GetSubscriptionAttributes::Decided> GetSubscriptionAttributes::decide(
    engine::Engine& engine, engine::Turn&, Prepared& subscription) {
  const Result<TargetSubscription::Found> found = subscription.find(engine);
  if (!found) return std::unexpected(found.error());
  return Decided{.attributes =
                     render_attributes(found->subscription, found->topic, engine.identity())};
}

Result<void> SetSubscriptionAttributes::authorize(const api::AccessRequest& request,
                                                  const Prepared& prepared) {
  TRY(api::authorize(request, prepared.subscription.subject()));
  if (prepared.name != attribute::redrive_policy) return {};
  const auto target = dead_letter_target_in(prepared.value);
  return target ? api::authorize_dead_letters(request.context, *target) : Result<void>();
}

SetSubscriptionAttributes::Prepared SetSubscriptionAttributes::prepare(
    Input input, const api::Context& context) {
  return {.subscription = TargetSubscription(*input.subscription_arn, context),
          .name = *std::move(input.attribute_name),
          .value = std::move(input.attribute_value).value_or("")};
}

api::Asked<Nothing> SetSubscriptionAttributes::decide(engine::Engine& engine,
                                                      engine::Turn& turn,
                                                      Prepared& prepared) {
  const auto decided = [&]() -> Result<void> {
    const auto [subscription, topic] = TRY(prepared.subscription.find(engine));
    const engine::SubscriptionAttributes attributes = TRY(
        subscription_attributes_after_set({.topic = topic, .queue = subscription.queue},
                                          subscription.attributes, prepared.name, prepared.value));
    if (subscription.attributes.filter_policy.empty()) TRY(check_filter_count(topic, attributes));
    if (attributes != subscription.attributes)
      engine.change_subscription(turn, subscription.id, attributes);
    return {};
  }();
  if (!decided) return std::unexpected(decided.error());
  return Nothing{};
}

ListSubscriptions::Prepared ListSubscriptions::prepare(Input input, const api::Context& context) {
  return {.caller = context.caller, .after = read_subscription_token(input.next_token)};
}

api::Asked<SubscriptionPage> ListSubscriptions::decide(engine::Engine& engine,
                                                       engine::Turn&,
                                                       Prepared& prepared) {
  if (!prepared.after) return std::unexpected(prepared.after.error());
  PageMaker page(engine);
  const auto& all = engine.topics().subscriptions();
  for (auto each = all.upper_bound(*prepared.after); each != all.end(); ++each) {
    if (each->second.is_deactivated()) continue;
    const engine::TopicName& topic = engine.topics().find(each->second.topic)->name;
    const auth::Caller& caller = prepared.caller;
    if (topic.region != caller.region || topic.account != caller.account) continue;
    if (!may_see(caller, topic)) continue;
    if (!page.add(each->second)) break;
  }
  return page.take();
}

ListSubscriptionsByTopic::Prepared ListSubscriptionsByTopic::prepare(Input input,
                                                                     const api::Context& context) {
  return {.topic = TargetTopic("TopicArn", *input.topic_arn, context),
          .after = read_subscription_token(input.next_token)};
}

api::Asked<SubscriptionPage> ListSubscriptionsByTopic::decide(engine::Engine& engine,
                                                              engine::Turn&,
                                                              Prepared& prepared) {
  const Result<const engine::Topic*> found = prepared.topic.find(engine);
  if (!found) return std::unexpected(found.error());
  if (!prepared.after) return std::unexpected(prepared.after.error());
  PageMaker page(engine);
  const auto& subscriptions = (*found)->subscriptions;
  for (auto each = subscriptions.upper_bound(*prepared.after); each != subscriptions.end();
       ++each) {
    if (!page.add(*each->second)) break;
  }
  return page.take();
}

}  // namespace mailrail::sns
