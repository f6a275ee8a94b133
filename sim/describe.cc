#include "sim/describe.h"

#include <variant>

#include <fmt/format.h>

namespace mailrail::sim {
namespace {

std::string words(const engine::Founded&) { return "founded"; }
std::string words(const engine::QueueCreated& fact) {
  return fmt::format("queue {} created as {}", fact.queue.value(), fact.name.name);
}
std::string words(const engine::QueueChanged& fact) {
  return fmt::format("queue {} changed: delay {} ms, retention {} ms", fact.queue.value(),
                     fact.attributes.delay.count(), fact.attributes.retention.count());
}
std::string words(const engine::QueueDeleted& fact) {
  return fmt::format("queue {} deleted", fact.queue.value());
}
std::string words(const engine::Purged& fact) {
  return fmt::format("queue {} purged below {}", fact.queue.value(), fact.below_seq.value());
}
std::string words(const engine::Sent& fact) {
  return fmt::format("{} sent to queue {}, group \"{}\", id \"{}\"", fact.seq.value(),
                     fact.queue.value(), fact.group, fact.deduplication_id);
}
std::string words(const engine::Leased& fact) {
  return fmt::format("{} of queue {} leased until {}, count {}", fact.seq.value(),
                     fact.queue.value(), describe(fact.until), fact.receive_count);
}
std::string words(const engine::Removed& fact) {
  std::string line;
  for (const Seq each : fact.seqs) line += fmt::format("{} ", each.value());
  return line + fmt::format("of queue {} {}", fact.queue.value(),
                            fact.why == engine::RemovalReason::expired   ? "expired"
                            : fact.why == engine::RemovalReason::dropped ? "dropped"
                                                                         : "deleted");
}
std::string words(const engine::Moved& fact) {
  return fmt::format("{} of queue {} moved to queue {} as {}", fact.from_seq.value(),
                     fact.from.value(), fact.to.value(), fact.seq.value());
}
std::string words(const engine::Relocated& fact) {
  return fmt::format("{} of queue {} relocated", fact.seq.value(), fact.queue.value());
}
std::string words(const engine::Damaged& fact) {
  return fmt::format("{} of queue {} damaged", fact.seq.value(), fact.queue.value());
}
std::string words(const engine::ConversationParked& fact) {
  return fmt::format("conversation \"{}\" of queue {} parked", fact.group, fact.queue.value());
}
std::string words(const engine::ConversationUnparked& fact) {
  return fmt::format("conversation \"{}\" of queue {} unparked, {} messages forgiven", fact.group,
                     fact.queue.value(), fact.forgiven.size());
}

std::string words(const engine::MoveTaskStarted& fact) {
  return fmt::format("task {} moves the {} of queue {} to {}, {} a second{}", fact.task.value(),
                     fact.to_move, fact.queue.value(),
                     fact.destination ? fact.destination->name : "their sources", fact.rate,
                     fact.pace == engine::MovePace::ramp ? " in the end" : "");
}
std::string words(const engine::Redriven& fact) {
  const std::string by = fact.task == Seq()
                             ? "by choice"
                             : fmt::format("the {}. of task {}", fact.moved, fact.task.value());
  return fmt::format("{} of queue {} redriven to queue {} as {}, {}", fact.from_seq.value(),
                     fact.from.value(), fact.to.value(), fact.seq.value(), by);
}
std::string words(const engine::MoveTaskEnded& fact) {
  return fmt::format("task {} ended with status {}", fact.task.value(),
                     static_cast<int>(fact.status));
}
std::string words(const engine::TopicCreated& fact) {
  return fmt::format("topic {} created as {}", fact.topic.value(), fact.name.name);
}
std::string words(const engine::TopicChanged& fact) {
  return fmt::format("topic {} changed", fact.topic.value());
}
std::string words(const engine::TopicDeleted& fact) {
  return fmt::format("topic {} deleted", fact.topic.value());
}
std::string words(const engine::SubscriptionCreated& fact) {
  return fmt::format("subscription {} of topic {} created for {}", fact.subscription.value(),
                     fact.topic.value(), fact.endpoint);
}
std::string words(const engine::SubscriptionChanged& fact) {
  return fmt::format("subscription {} changed", fact.subscription.value());
}
std::string words(const engine::SubscriptionConfirmed& fact) {
  return fmt::format("subscription {} confirmed", fact.subscription.value());
}
std::string words(const engine::SubscriptionDeactivated& fact) {
  return fmt::format("subscription {} deactivated", fact.subscription.value());
}
std::string words(const engine::SubscriptionDeleted& fact) {
  return fmt::format("subscription {} deleted", fact.subscription.value());
}
std::string words(const engine::Published& fact) {
  std::string line =
      fmt::format("{} published to topic {}, group \"{}\", id \"{}\", as", fact.message.seq.value(),
                  fact.topic.value(), fact.message.group, fact.message.deduplication_id);
  for (const engine::Published::Delivery& each : fact.deliveries)
    line += fmt::format(" {} in queue {}", each.seq.value(), each.queue.value());
  return line;
}
std::string words(const engine::SharedBodyRelocated& fact) {
  return fmt::format("body of publication {} relocated", fact.publication.value());
}
std::string words(const engine::SharedBodyDamaged& fact) {
  return fmt::format("body of publication {} damaged", fact.publication.value());
}
std::string words(const engine::SigningKeySet& fact) {
  return fmt::format("signing key set, with a certificate of {} bytes", fact.certificate.size());
}

std::string describe_subscription(const Command& command) {
  const std::string_view verb = command.action == Action::subscribe     ? "subscribe"
                                : command.action == Action::unsubscribe ? "unsubscribe"
                                                                        : "change subscription of";
  const std::string& who = command.endpoint.empty() ? command.queue.name : command.endpoint;
  std::string line = fmt::format("{} {} to {}", verb, who, command.topic.name);
  if (command.action == Action::unsubscribe) return line;
  if (command.subscription.is_raw) line += ", raw";
  if (!command.subscription.filter_policy.empty())
    line += ", filter " + command.subscription.filter_policy;
  return line;
}

std::string describe_publications(const Command& command) {
  std::string line = "publish to " + command.topic.name;
  for (const Publication& each : command.publications)
    line += fmt::format(", kind \"{}\" group \"{}\" id \"{}\"", each.kind, each.group,
                        each.deduplication_id);
  return line;
}

}  // namespace

std::string describe(Instant at) { return fmt::format("{}", (at - first_day).count()); }

std::string describe(const engine::Fact& fact) {
  return std::visit([](const auto& each) { return words(each); }, fact);
}

std::string describe(const Command& command) {
  std::string line = fmt::format("command {}: ", command.number);
  switch (command.action) {
    case Action::create_queue:
      return line + "create " + command.queue.name;
    case Action::change_queue:
      return line + "change " + command.queue.name;
    case Action::delete_queue:
      return line + "delete " + command.queue.name;
    case Action::purge_queue:
      return line + "purge " + command.queue.name;
    case Action::count:
      return line + "count " + command.queue.name;
    case Action::send:
      return line + "send to " + command.queue.name;
    case Action::receive:
      return line + fmt::format("receive {} from {}, wait {} ms, attempt \"{}\"", command.count_max,
                                command.queue.name, command.wait.count(), command.attempt);
    case Action::start_move_task:
      return line + "redrive " + command.queue.name;
    case Action::redrive_messages:
      return line +
             fmt::format("redrive {} messages of {}", command.chosen.size(), command.queue.name);
    case Action::cancel_move_task:
      return line + "cancel the redrive of " + command.queue.name;
    case Action::retry_conversation:
      return line + fmt::format("retry \"{}\" of {}", command.group, command.queue.name);
    case Action::skip_conversation:
      return line +
             fmt::format("skip the head of \"{}\" of {}{}", command.group, command.queue.name,
                         command.skip_to == engine::SkipTo::nowhere ? "" : " to dead letters");
    case Action::drop_conversation:
      return line + fmt::format("drop \"{}\" of {}", command.group, command.queue.name);
    case Action::create_topic:
      return line + "create topic " + command.topic.name;
    case Action::delete_topic:
      return line + "delete topic " + command.topic.name;
    case Action::subscribe:
    case Action::change_subscription:
    case Action::unsubscribe:
      return line + describe_subscription(command);
    case Action::publish:
      return line + describe_publications(command);
    case Action::confirm:
      return line + "confirm by a token";
    case Action::take:
      return line + fmt::format("take for subscription {}", command.pushed.value());
    case Action::settle:
      line += fmt::format("settle, status {}, ", command.status.value_or(-1));
      break;
    case Action::delete_message:
      line += "delete ";
      break;
    case Action::change_visibility:
      line += fmt::format("hide for {} ms ", command.timeout.count());
      break;
    case Action::give_back:
      line += "give back ";
      break;
  }
  return line + fmt::format("{} of queue {}, generation {}", command.handle.seq.value(),
                            command.handle.queue.value(), command.handle.generation);
}

}  // namespace mailrail::sim
