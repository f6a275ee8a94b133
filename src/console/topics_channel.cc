#include "console/topics_channel.h"

#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "sns/arn.h"
#include "sns/subscription_attributes.h"

namespace mailrail::console {
namespace {

constexpr std::size_t told_per_turn = 250;

void member(JsonWriter& json, std::string_view name, std::uint64_t number) {
  json.key(name);
  json.number(static_cast<std::int64_t>(number));
}

}  // namespace

TopicsQuestion::TopicsQuestion(const api::Context& context, const broker::Traffic& traffic)
    : context_(context_for(context, "sns", "ListSubscriptions")),
      traffic_(traffic),
      allowed_(api::authorize_for_account(context_)) {}

bool TopicsQuestion::is_seen(const engine::Topic& topic) const {
  return topic.name.region == context_.caller.region &&
         topic.name.account == context_.caller.account &&
         api::may_see(context_.caller, {.about = auth::About::topic, .name = topic.name});
}

Question::Asked TopicsQuestion::ask(engine::Engine& engine, engine::Turn&) {
  if (!allowed_) return Asked::whole;
  std::size_t left = told_per_turn;
  const auto& topics = engine.topics().all();
  for (auto each = topics.upper_bound(last_topic_); each != topics.end() && told_ < told_max;
       ++each) {
    if (left-- == 0) return Asked::in_part;
    last_topic_ = each->first;
    if (is_seen(each->second)) add_topic(each->second);
  }
  const auto& subscriptions = engine.topics().subscriptions();
  for (auto each = subscriptions.upper_bound(last_subscription_);
       each != subscriptions.end() && told_ < 2 * told_max; ++each) {
    if (left-- == 0) return Asked::in_part;
    last_subscription_ = each->first;
    if (!each->second.is_deactivated()) add_subscription(engine, each->second);
  }
  return Asked::whole;
}

void TopicsQuestion::add_topic(const engine::Topic& topic) {
  const broker::TopicTraffic& traffic = traffic_.of(topic.id);
  if (!topics_.empty()) topics_ += ',';
  JsonWriter json(topics_);
  json.begin_object();
  json.member("TopicArn", sns::topic_arn(topic.name));
  member(json, "Published", traffic.published);
  member(json, "Delivered", traffic.delivered);
  member(json, "Filtered", traffic.filtered_out);
  member(json, "Failed", traffic.failed);
  json.end_object();
  ++told_;
}

void TopicsQuestion::add_subscription(engine::Engine& engine,
                                      const engine::Subscription& subscription) {
  const engine::Topic* topic = engine.topics().find(subscription.topic);
  if (topic == nullptr || !is_seen(*topic)) return;
  if (!subscriptions_.empty()) subscriptions_ += ',';
  JsonWriter json(subscriptions_);
  json.begin_object();
  json.member(
      "SubscriptionArn",
      sns::subscription_arn(topic->name, context_.identity->subscription_id(subscription.id)));
  json.member("TopicArn", sns::topic_arn(topic->name));
  json.member("Protocol", sns::name_of(subscription.protocol));
  json.member("Endpoint", subscription.endpoint);
  json.key("Confirmed");
  json.boolean(subscription.is_confirmed());
  // What an endpoint has not taken yet; a queue has its messages at once.
  std::uint64_t pending = 0;
  if (const engine::Queue* queue = engine.delivery_queue(subscription.id)) {
    const engine::QueueCounts counts = engine.counts(queue->id);
    pending = counts.visible + counts.in_flight + counts.delayed;
  }
  member(json, "Pending", pending);
  json.end_object();
  ++told_;
}

std::string TopicsQuestion::text() const {
  return fmt::format(R"({{"Topics":[{}],"Subscriptions":[{}]}})", topics_, subscriptions_);
}

std::unique_ptr<Question> TopicsChannel::ask(const api::Context& context) {
  auto question = std::make_unique<TopicsQuestion>(context, traffic_);
  asked_ = question.get();
  return question;
}

void TopicsChannel::take(Instant) {
  const TopicsQuestion& asked = *std::exchange(asked_, nullptr);
  news_.clear();
  refusal_ = asked.allowed() ? "" : asked.allowed().error().message;
  if (!asked.allowed()) return;
  std::string text = asked.text();
  if (text != whole_) news_ = whole_ = std::move(text);
}

}  // namespace mailrail::console
