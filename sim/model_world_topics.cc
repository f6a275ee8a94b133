// Steps about topics: what they ask for, and what is told of their answers.

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "sim/model_world.h"

namespace mailrail::sim {
namespace {

template <class Value, std::size_t size>
Value letter(const Value (&alphabet)[size], int number) {
  return alphabet[static_cast<std::size_t>(number) % size];
}

constexpr int first_about_topics = 9;  // Of Step::topic.
constexpr Action actions[] = {Action::publish,    Action::publish,   Action::publish,
                              Action::subscribe,  Action::subscribe, Action::change_subscription,
                              Action::unsubscribe};
constexpr const char* kinds[] = {"a", "", "b", "bc", "c"};
constexpr const char* groups[] = {"a", "b", "c"};
constexpr const char* deduplication_ids[] = {"1", "2", "3", "4", "5"};

struct Filter {
  const char* policy;
  engine::FilterScope scope = engine::FilterScope::message_attributes;
};
constexpr Filter filters[] = {
    {""},
    {""},
    {R"({"kind": ["a"]})"},
    {""},
    {R"({"kind": [{"anything-but": ["a"]}, {"exists": false}]})"},
    {R"({"n": [{"numeric": [">", 0]}]})", engine::FilterScope::message_body},
    {R"({"$or": [{"n": [0]}, {"group": ["a"]}]})", engine::FilterScope::message_body}};

bool is_fifo(const engine::QueueName& name) { return name.name.ends_with(".fifo"); }

engine::TopicName topic_of(int number) {
  return {.region = "r", .account = "a", .name = number % 2 == 0 ? "news" : "news.fifo"};
}

engine::TopicAttributes attributes_for(int number, const engine::TopicName& topic) {
  engine::TopicAttributes attributes{.is_fifo = is_fifo(topic)};
  if (attributes.is_fifo && number % 2 == 1)
    attributes.deduplication_scope = engine::TopicDeduplicationScope::message_group;
  return attributes;
}

}  // namespace

bool ModelWorld::is_about_topic(const Step& step) const {
  return mix_ == Mix::topics && step.topic >= first_about_topics;
}

// Two topics, each with a queue of its type.
std::string ModelWorld::make_topics(const Script& script) {
  for (const int number : {0, 1}) {
    Command create{.action = Action::create_topic, .topic = topic_of(number)};
    create.topic_attributes = attributes_for(script.attributes, create.topic);
    Command subscribe{.action = Action::subscribe, .topic = create.topic};
    subscribe.queue = queues_[static_cast<std::size_t>(number)];
    for (const Command& each : {create, subscribe}) {
      if (std::string complaint = model_.check(each, ask(each), now_); !complaint.empty())
        return complaint;
    }
  }
  return {};
}

// A topic is rarely deleted, and mostly made again when it is missed.
Command ModelWorld::topic_command_of(const Step& step) {
  Command command{.number = ++commands_, .topic = topic_of(step.handle)};
  command.action = letter(actions, step.topic - first_about_topics);
  if (command.action == Action::unsubscribe && step.delay == 4)
    command.action = Action::delete_topic;
  if (command.action == Action::unsubscribe && step.delay == 3)
    command.action = Action::create_topic;
  const bool is_missing = engine_->topics().find(command.topic) == nullptr;
  if (is_missing && step.sweeps == 0) command.action = Action::create_topic;
  command.topic_attributes = attributes_for(step.attributes, command.topic);
  command.queue = queues_[static_cast<std::size_t>(step.queue) % queues_.size()];
  if (step.group == 2 && step.timeout == 3) command.queue.name = "nowhere";
  if (command.action == Action::publish) {
    const int count = step.count_max == 3 ? 2 : 1;
    while (std::ssize(command.publications) < count)
      command.publications.push_back(publication_of(step, command));
  } else {
    command.subscription = subscription_of(step, command);
  }
  return command;
}

engine::SubscriptionAttributes ModelWorld::subscription_of(const Step& step,
                                                           const Command& command) const {
  const auto& [policy, scope] = letter(filters, step.attributes);
  engine::SubscriptionAttributes attributes{
      .is_raw = step.count_max == 3, .filter_policy = policy, .filter_scope = scope};
  if (step.delay % 2 == 1) {
    attributes.dead_letter_target = command.queue;
    attributes.dead_letter_target->name = is_fifo(command.topic) ? "dead.fifo" : "dead";
  }
  return attributes;
}

// The second of two may be a duplicate of the first.
Publication ModelWorld::publication_of(const Step& step, const Command& command) const {
  const int number = static_cast<int>(command.publications.size());
  Publication publication{.kind = letter(kinds, step.deduplication_id + number)};
  if (is_fifo(command.topic) || step.group == 1) publication.group = letter(groups, step.group);
  publication.text = fmt::format(R"({{"n": {}, "group": "{}", "number": "{}.{}"}})", step.delay % 3,
                                 publication.group, command.number, number);
  if (is_fifo(command.topic)) {
    publication.deduplication_id = step.attempt % 2 == 0
                                       ? fmt::format("{}.{}", command.number, number)
                                       : letter(deduplication_ids, step.deduplication_id);
  }
  return publication;
}

void ModelWorld::tell_topics(const Command& command, const Reply& reply, Answer& answer) {
  if (command.action == Action::subscribe && reply.outcome == Outcome::done)
    endpoints_[reply.subscription] = command.queue.name;
  for (const std::optional<Seq>& each : reply.published) {
    answer.published.push_back(
        {.message_id = engine_->identity().publication_id(reply.topic, *each),
         .sequence_number = is_fifo(command.topic) ? engine::sequence_number(*each) : ""});
  }
}

void ModelWorld::note_shared(const engine::Fact& fact) {
  if (const auto* published = std::get_if<engine::Published>(&fact)) {
    for (const engine::Published::Delivery& each : published->deliveries) {
      shared_[{each.queue, each.seq}] = body_for(
          endpoints_.at(each.subscription), published->message.record, published->message.group);
    }
  }
  const auto note = [&](const auto& moved) {
    if (moved.share) shared_[{moved.to, moved.seq}] = body_at(moved.body, moved.share);
  };
  if (const auto* moved = std::get_if<engine::Moved>(&fact)) note(*moved);
  if (const auto* redriven = std::get_if<engine::Redriven>(&fact)) note(*redriven);
}

}  // namespace mailrail::sim
