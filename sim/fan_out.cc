#include "sim/fan_out.h"

#include "base/check.h"
#include "sns/fan_out.h"
#include "sns/naive_filter_testing.h"

namespace mailrail::sim {
namespace {

std::vector<sns::EventAttribute> attributes_of(const Publication& publication) {
  if (publication.kind.empty()) return {};
  return {{.name = "kind", .data_type = "String", .value = publication.kind}};
}

}  // namespace

std::vector<engine::PublishTarget> targets_of(engine::Engine& engine,
                                              const engine::Topic& topic,
                                              const Publication& publication) {
  const std::vector<sns::EventAttribute> attributes = attributes_of(publication);
  sns::PreparedMessage message;
  message.record = publication.record();
  message.form = {.event = sns::Event(publication.text, attributes),
                  .enveloped_bytes = publication.text.size(),
                  .raw_bytes = publication.text.size() + publication.kind.size(),
                  .raw_text_bytes = publication.text.size()};
  message.attribute_count = attributes.size();
  auto targets = sns::targets_of(engine, topic, message);
  CHECK(targets.has_value());  // All policies are sound.
  return std::move(targets->queues);
}

bool is_let_through(const engine::SubscriptionAttributes& subscription,
                    const Publication& publication) {
  return subscription.filter_policy.empty() ||
         sns::naive::matches(subscription.filter_policy, subscription.filter_scope,
                             publication.text, attributes_of(publication));
}

}  // namespace mailrail::sim
