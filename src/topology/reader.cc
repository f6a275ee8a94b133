#include "topology/reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/nearest.h"
#include "base/shown.h"

namespace mailrail::topology {
namespace {

namespace json = boost::json;

constexpr std::size_t queue_name_bytes_max = 80;
constexpr std::size_t topic_name_bytes_max = 256;

constexpr std::array<std::string_view, 4> queue_words{"tags", "dead_letters", "receives_max",
                                                      "on_poison"};
constexpr std::array<std::string_view, 1> topic_words{"tags"};
constexpr std::array<std::string_view, 6> subscription_words{
    "topic", "queue", "url", "protocol", "endpoint", "dead_letters"};

bool is_name(std::string_view name, std::size_t bytes_max) {
  const std::string_view stem = is_fifo(name) ? name.substr(0, name.size() - 5) : name;
  return !stem.empty() && name.size() <= bytes_max && std::ranges::all_of(stem, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           (each >= '0' && each <= '9') || each == '-' || each == '_';
  });
}

bool is_word(std::span<const std::string_view> words, std::string_view key) {
  return std::ranges::find(words, key) != words.end();
}

std::string key_of(const json::key_value_pair& member) { return std::string(member.key()); }

}  // namespace

void Reader::problem(const std::string& path, const std::string& sentence) {
  problems_.push_back(fmt::format("{}: {}: {}", document_.place(path), path, sentence));
}

void Reader::note(const std::string& path, const std::string& sentence) {
  made_.notes.push_back(fmt::format("{}: {}", path, sentence));
}

const json::object* Reader::table(const json::value& value, const std::string& path) {
  if (value.is_object()) return &value.get_object();
  problem(path, "It must be a table.");
  return nullptr;
}

std::string Reader::text(const json::value& value, const std::string& path) {
  if (value.is_string()) return std::string(value.get_string());
  problem(path, "It must be text, in quotes.");
  return "";
}

bool Reader::take_attribute(std::span<const AttributeName> names,
                            const json::key_value_pair& member,
                            const std::string& path,
                            Attributes& attributes) {
  const AttributeName* name = find_attribute(names, member.key());
  if (name == nullptr) return false;
  const std::string inner = path_to(path, member.key());
  if (const auto text = text_of(member.value(), name->kind); !text) {
    problem(inner, fmt::format("It must be {}, not {}.", text.error(),
                               shown(json::serialize(member.value()))));
  } else if (!attributes.emplace(name->aws, *text).second) {
    problem(inner, fmt::format("{} is said twice, by both its names.", name->aws));
  }
  return true;
}

void Reader::unknown(std::string_view key,
                     std::span<const AttributeName> names,
                     std::span<const std::string_view> words,
                     const std::string& path) {
  std::vector<std::string> known(words.begin(), words.end());
  for (const AttributeName& each : names) {
    known.emplace_back(each.friendly);
    known.emplace_back(each.aws);
  }
  problem(path_to(path, key), "There is no such key." + did_you_mean(key, known));
}

Attributes Reader::tags(const json::value& value, const std::string& path) {
  Attributes made;
  const json::object* members = table(value, path);
  if (members == nullptr) return made;
  for (const json::key_value_pair& each : *members) {
    const std::string inner = path_to(path, each.key());
    made[key_of(each)] = text(each.value(), inner);
  }
  return made;
}

void Reader::dead_letters(const json::object& table,
                          const std::string& path,
                          Attributes& attributes) {
  const json::value* queue = table.if_contains("dead_letters");
  const json::value* receives = table.if_contains("receives_max");
  if (queue == nullptr) {
    if (receives != nullptr)
      problem(path_to(path, "receives_max"), "It goes with dead_letters, the queue for them.");
    return;
  }
  const std::string inner = path_to(path, "dead_letters");
  const std::string name = text(*queue, inner);
  json::object policy;
  policy["deadLetterTargetArn"] = name.starts_with("arn:") ? name : queue_arn(place_, name);
  if (receives != nullptr) policy["maxReceiveCount"] = *receives;
  if (receives != nullptr && !receives->is_int64())
    problem(path_to(path, "receives_max"), "It must be a number, like 5.");
  if (!attributes.emplace("RedrivePolicy", json::serialize(policy)).second)
    problem(inner, "RedrivePolicy says the same; keep one of them.");
}

void Reader::check_fifo(std::string_view attribute,
                        std::string_view name,
                        const std::string& path,
                        Attributes& attributes) {
  const auto said = attributes.find(std::string(attribute));
  const bool is_said_fifo = said != attributes.end() && said->second == "true";
  if (said != attributes.end() && is_said_fifo != is_fifo(name)) {
    problem(path, is_said_fifo
                      ? "It is to be FIFO, so its name must end with .fifo."
                      : "Its name ends with .fifo, so it must be FIFO: AWS knows no other.");
  }
  // AWS takes the attribute with the value true only.
  attributes.erase(std::string(attribute));
  if (is_fifo(name)) attributes.emplace(attribute, "true");
}

void Reader::read_queue(const std::string& name,
                        const json::value& value,
                        const std::string& path) {
  const json::object* members = table(value, path);
  if (members == nullptr) return;
  Queue queue{.name = name};
  if (!is_name(name, queue_name_bytes_max)) {
    problem(path,
            "A queue's name has 1 to 80 letters, digits, hyphens and underscores, and .fifo "
            "at the end if it is FIFO.");
  }
  for (const json::key_value_pair& each : *members) {
    if (take_attribute(queue_attribute_names(), each, path, queue.attributes)) continue;
    if (!is_word(queue_words, each.key()))
      unknown(each.key(), queue_attribute_names(), queue_words, path);
  }
  if (const json::value* given = members->if_contains("tags"))
    queue.tags = tags(*given, path_to(path, "tags"));
  if (const json::value* given = members->if_contains("on_poison"))
    queue.tags["mailrail:on-poison"] = text(*given, path_to(path, "on_poison"));
  dead_letters(*members, path, queue.attributes);
  if (members->contains("dead_letters") && !members->contains("receives_max")) {
    problem(path_to(path, "dead_letters"),
            "It needs receives_max: after how many receives a message is a dead letter, like 5.");
  }
  check_fifo("FifoQueue", name, path, queue.attributes);
  made_.queues.push_back(std::move(queue));
}

void Reader::read_topic(const std::string& name,
                        const json::value& value,
                        const std::string& path) {
  const json::object* members = table(value, path);
  if (members == nullptr) return;
  Topic topic{.name = name};
  if (!is_name(name, topic_name_bytes_max)) {
    problem(path,
            "A topic's name has 1 to 256 letters, digits, hyphens and underscores, and .fifo "
            "at the end if it is FIFO.");
  }
  for (const json::key_value_pair& each : *members) {
    if (take_attribute(topic_attribute_names(), each, path, topic.attributes)) continue;
    if (!is_word(topic_words, each.key()))
      unknown(each.key(), topic_attribute_names(), topic_words, path);
  }
  if (const json::value* given = members->if_contains("tags"))
    topic.tags = tags(*given, path_to(path, "tags"));
  check_fifo("FifoTopic", name, path, topic.attributes);
  made_.topics.push_back(std::move(topic));
}

void Reader::endpoint(const json::object& table, const std::string& path, Subscription& made) {
  const auto said = [&](std::string_view key) -> std::optional<std::string> {
    const json::value* value = table.if_contains(key);
    if (value == nullptr) return std::nullopt;
    return text(*value, path_to(path, key));
  };
  const auto queue = said("queue");
  const auto url = said("url");
  const auto given = said("endpoint");
  const auto protocol = said("protocol");
  const int ways = (queue ? 1 : 0) + (url ? 1 : 0) + (given && protocol ? 1 : 0);
  if (ways != 1 || given.has_value() != protocol.has_value()) {
    problem(path, "It must say where messages go: queue, or url, or protocol and endpoint.");
    return;
  }
  if (queue) {
    made.protocol = "sqs";
    made.endpoint = queue->starts_with("arn:") ? *queue : queue_arn(place_, *queue);
  } else if (url) {
    made.protocol = url->starts_with("https:") ? "https" : "http";
    made.endpoint = *url;
    if (!url->starts_with("https://") && !url->starts_with("http://"))
      problem(path_to(path, "url"), "It must begin with http:// or https://.");
  } else {
    made.protocol = *protocol;
    made.endpoint = *given;
  }
}

void Reader::read_subscription(const json::value& value, const std::string& path) {
  const json::object* members = table(value, path);
  if (members == nullptr) return;
  Subscription subscription;
  for (const json::key_value_pair& each : *members) {
    if (take_attribute(subscription_attribute_names(), each, path, subscription.attributes))
      continue;
    if (!is_word(subscription_words, each.key()))
      unknown(each.key(), subscription_attribute_names(), subscription_words, path);
  }
  if (const json::value* topic = members->if_contains("topic")) {
    subscription.topic = name_in_arn(text(*topic, path_to(path, "topic")));
  } else {
    problem(path, "It must say its topic.");
  }
  endpoint(*members, path, subscription);
  dead_letters(*members, path, subscription.attributes);
  const auto is_same = [&](const Subscription& each) {
    return each.topic == subscription.topic && each.protocol == subscription.protocol &&
           each.endpoint == subscription.endpoint;
  };
  if (std::ranges::any_of(made_.subscriptions, is_same))
    problem(path, fmt::format("{} has a subscription of {} already.", subscription.topic,
                              subscription.endpoint));
  made_.subscriptions.push_back(std::move(subscription));
}

void Reader::check_dead_letter_queue(const Queue& queue) {
  const auto policy = queue.attributes.find("RedrivePolicy");
  if (policy == queue.attributes.end()) return;
  const auto read = json_in(json::value(policy->second));
  if (!read) return;
  const json::value* arn = read->get_object().if_contains("deadLetterTargetArn");
  if (arn == nullptr || !arn->is_string()) return;
  const std::string name = name_in_arn(std::string_view(arn->get_string()));
  if (is_fifo(name) == is_fifo(queue.name)) return;
  problems_.push_back(
      fmt::format("{}: {}: Its dead letters go to {}, which is {} FIFO queue; both "
                  "must be of one kind.",
                  document_.name, queue.name, name, is_fifo(name) ? "a" : "not a"));
}

Checked<Topology> Reader::finish() {
  std::set<std::string> names;
  for (const Queue& each : made_.queues) {
    if (!names.insert(each.name).second)
      problems_.push_back(fmt::format("{}: Two queues are called {}.", document_.name, each.name));
    check_dead_letter_queue(each);
  }
  names.clear();
  for (const Topic& each : made_.topics) {
    if (!names.insert(each.name).second)
      problems_.push_back(fmt::format("{}: Two topics are called {}.", document_.name, each.name));
  }
  if (!problems_.empty()) return std::unexpected(std::move(problems_));
  return std::move(made_);
}

namespace {

using ReadNamed = void (Reader::*)(const std::string&, const json::value&, const std::string&);

void read_each(Reader& reader,
               const json::value& section,
               const std::string& path,
               ReadNamed read) {
  if (!section.is_object())
    return reader.problem(path, "It must be a table, with one inside it for each name.");
  for (const json::key_value_pair& each : section.get_object())
    (reader.*read)(std::string(each.key()), each.value(), path_to(path, each.key()));
}

void read_list(Reader& reader, const json::value& section, const std::string& path) {
  if (!section.is_array())
    return reader.problem(path, "It must be a list: [[subscriptions]] before each.");
  std::size_t index = 0;
  for (const json::value& each : section.get_array())
    reader.read_subscription(each, path_to(path, index++));
}

}  // namespace

Checked<Topology> read_topology(const Document& document, const Place& place) {
  Reader reader(document, place);
  static const std::vector<std::string> sections{"queues", "topics", "subscriptions"};
  for (const json::key_value_pair& each : document.root) {
    const std::string path = path_to("", each.key());
    if (each.key() == "queues") {
      read_each(reader, each.value(), path, &Reader::read_queue);
    } else if (each.key() == "topics") {
      read_each(reader, each.value(), path, &Reader::read_topic);
    } else if (each.key() == "subscriptions") {
      read_list(reader, each.value(), path);
    } else {
      reader.problem(path, "There is no such section." + did_you_mean(each.key(), sections));
    }
  }
  return reader.finish();
}

}  // namespace mailrail::topology
