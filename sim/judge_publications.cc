// What the judge knows of publications and topics: that each is everywhere or nowhere, and that the
// engine has the same subscriptions and shared bodies as the ledger.

#include <fmt/format.h>

#include "sim/judge.h"

namespace mailrail::sim {

// One that is for nobody is kept without its text.
void Judge::durable(const engine::Published& fact) {
  const auto known = publications_.find(std::string(fact.message.record));
  if (known == publications_.end()) return;
  for (const engine::Published::Delivery& each : fact.deliveries)
    known->second.durable.insert(each.queue);
}

void Judge::check_spread(const std::string& text, Demand demand) {
  const auto known = publications_.find(text);
  if (known == publications_.end()) return;  // A duplicate.
  const auto& [wanted, durable] = known->second;
  if (durable.empty() && demand == Demand::whole_or_absent) return;
  if (durable != wanted)
    report(Law::publications,
           fmt::format("a publication is durable in {} queues and should be in {}", durable.size(),
                       wanted.size()));
}

// The same are subscribed, and a body that messages share is there for all of them. What was purged
// or deleted may still count as live for a while.
void Judge::check_topics(const engine::Engine& engine) {
  std::size_t subscriptions = 0;
  for (const auto& [id, topic] : ledger_.topics()) {
    const engine::Topic* known = engine.topics().find(id);
    if (known == nullptr || known->subscriptions.size() != topic.subscriptions.size() ||
        known->deactivated.size() != topic.deactivated.size())
      return report(Law::facts, fmt::format("the engine has another topic {}", topic.name.name));
    subscriptions += topic.subscriptions.size() + topic.deactivated.size();
  }
  if (engine.topics().all().size() != ledger_.topics().size() ||
      engine.topics().subscriptions().size() != subscriptions)
    return report(Law::facts, "the engine has other topics or subscriptions than the ledger");
  for (const auto& [id, queue] : ledger_.queues()) {
    for (const auto& [seq, message] : queue.messages) {
      if (message.share && engine.shared_body(message.share->publication) != message.place)
        report(Law::bodies, fmt::format("the body of publication {} is not where it should be",
                                        message.share->publication.value()));
    }
  }
  if (engine.live_bytes().total() < ledger_.live_bytes())
    report(Law::bodies, "the engine counts less of the log as live than messages need");
}

}  // namespace mailrail::sim
