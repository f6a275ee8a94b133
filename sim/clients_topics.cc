// What clients ask of topics.

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/clients.h"
#include "sns/publication.h"

namespace mailrail::sim {
namespace {

constexpr std::size_t publications_max = 3;  // At once.

struct Filter {
  const char* policy;
  engine::FilterScope scope = engine::FilterScope::message_attributes;
};
constexpr Filter filters[] = {
    {R"({"kind": ["a"]})"},
    {R"({"kind": ["b", {"exists": false}]})"},
    {R"({"kind": [{"anything-but": ["a", "c"]}]})"},
    {R"({"kind": [{"prefix": "b"}, {"suffix": "c"}]})"},
    {R"({"n": [{"numeric": ["<", 2]}]})", engine::FilterScope::message_body},
    {R"({"$or": [{"n": [0]}, {"of": {"group": ["a"]}}]})", engine::FilterScope::message_body}};

// As SNS does, for what is sent to endpoints is made from it.
std::string encode(const engine::TopicName& topic, const Publication& publication) {
  sns::Publication kept{.region = topic.region,
                        .account = topic.account,
                        .topic = topic.name,
                        .endpoint = own_url,
                        .text = publication.text};
  if (!publication.kind.empty())
    kept.attributes = {{.name = "kind", .data_type = "String", .value = publication.kind}};
  return sns::encode_publication(kept);
}

bool is_fifo(const engine::TopicName& topic) { return topic.name.ends_with(".fifo"); }

}  // namespace

std::deque<engine::TopicName> Clients::topic_names() {
  std::deque<engine::TopicName> names;
  for (const char* each : {"news", "talk.fifo"})
    names.push_back({.region = "us-east-1", .account = "000000000000", .name = each});
  return names;
}

// Of three queues of the topic's type most of the time. A standard topic reaches no FIFO queue.
engine::QueueName Clients::any_subscriber(const engine::TopicName& topic) {
  if (chance(5)) return any_queue();
  return queue_names()[(is_fifo(topic) ? 3 : 0) + random_.below(3)];
}

Command Clients::about_topic(const Ledger& ledger) {
  const engine::TopicName topic = topic_names()[random_.below(2)];
  const auto known = std::ranges::find_if(
      ledger.topics(), [&](const auto& each) { return each.second.name == topic; });
  Command about{.number = ++commands_, .action = Action::publish, .topic = topic};
  const std::uint64_t share = random_.below(100);
  if (known == ledger.topics().end() && !chance(8)) {
    about.action = Action::create_topic;
  } else if (share < 18 || (share < 50 && known != ledger.topics().end() &&
                            known->second.subscriptions.size() < 2)) {
    about.action = Action::subscribe;
  } else if (share < 26) {
    about.action = Action::change_subscription;
  } else if (share < 31) {
    about.action = Action::unsubscribe;
  } else if (share < 33) {
    about.action = chance(3) ? Action::delete_topic : Action::create_topic;
  }
  if (about.action == Action::publish) {
    about.publications = publications(topic);
    return about;
  }
  about.queue = any_subscriber(topic);
  if (about.action == Action::create_topic) {
    about.topic_attributes.is_fifo = is_fifo(topic);
    if (is_fifo(topic) && chance(3))
      about.topic_attributes.deduplication_scope = engine::TopicDeduplicationScope::message_group;
  }
  if (about.action == Action::subscribe || about.action == Action::change_subscription)
    about.subscription = subscription_attributes(topic);
  if (pushes_ == Pushes::some && about.action != Action::create_topic && chance(2))
    fill_endpoint(about);
  return about;
}

// Its delivery policy is always the same.
void Clients::fill_endpoint(Command& command) {
  command.queue = {};
  command.endpoint = fmt::format("http://host/{}", random_.below(endpoints_max));
  command.subscription.kept["DeliveryPolicy"] = delivery_policy_of(command.endpoint);
}

// Old tokens are used, too, and some more than once.
Command Clients::confirm() {
  Command confirm{.number = ++commands_, .action = Action::confirm};
  const std::size_t which = random_.below(tokens_.size());
  confirm.token = tokens_[which].text;
  confirm.pushed = tokens_[which].subscription;
  if (!chance(8)) tokens_.erase(tokens_.begin() + static_cast<std::ptrdiff_t>(which));
  return confirm;
}

engine::SubscriptionAttributes Clients::subscription_attributes(const engine::TopicName& topic) {
  engine::SubscriptionAttributes attributes{.is_raw = chance(2)};
  if (chance(2)) {
    const Filter& filter = filters[random_.below(std::size(filters))];
    attributes.filter_policy = filter.policy;
    attributes.filter_scope = filter.scope;
  }
  if (chance(3)) attributes.dead_letter_target = queue_names()[is_fifo(topic) ? 5 : 2];
  return attributes;
}

std::vector<Publication> Clients::publications(const engine::TopicName& topic) {
  std::vector<Publication> made;
  for (std::uint64_t left = 1 + random_.below(chance(3) ? publications_max : 1); left > 0; --left) {
    Publication publication{.kind = any_of<const char*>({"", "a", "b", "bc", "c"})};
    if (is_fifo(topic)) {
      publication.group = any_of<const char*>({"a", "b", "c"});
      publication.deduplication_id = chance(2) ? any_of<const char*>({"1", "2", "3", "4", "5"})
                                               : fmt::format("of {}.{}", commands_, made.size());
    } else if (chance(3)) {
      publication.group = any_of<const char*>({"a", "b"});
    }
    const std::size_t padding = chance(4) ? random_.below(chance(2) ? 3000 : 7000) : 0;
    publication.text = fmt::format(
        R"({{"n": {}, "of": {{"group": "{}", "number": "{}.{}"}}, "more": "{}"}})",
        random_.below(4), publication.group, commands_, made.size(), std::string(padding, 'x'));
    if (pushes_ == Pushes::some) publication.encoded = encode(topic, publication);
    made.push_back(std::move(publication));
  }
  return made;
}

}  // namespace mailrail::sim
