#include "topology/template.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "topology/reader.h"

namespace mailrail::topology {
namespace {

namespace json = boost::json;

constexpr std::string_view queue_type = "AWS::SQS::Queue";
constexpr std::string_view queue_policy_type = "AWS::SQS::QueuePolicy";
constexpr std::string_view topic_type = "AWS::SNS::Topic";
constexpr std::string_view topic_policy_type = "AWS::SNS::TopicPolicy";
constexpr std::string_view subscription_type = "AWS::SNS::Subscription";
constexpr std::array our_types{queue_type, queue_policy_type, topic_type, topic_policy_type,
                               subscription_type};

// What CloudFormation has a property for, but no attribute of the API.
constexpr std::array<std::string_view, 3> other_properties{"DataProtectionPolicy",
                                                           "DeliveryStatusLogging", "Region"};

// What messages are delivered by; the others leave AWS's network of services.
constexpr std::array<std::string_view, 3> protocols{"sqs", "http", "https"};

// A queue or topic as it will be read, and where it is.
struct Named {
  std::string path;
  json::object words;
};
using NamedTables = std::map<std::string, Named>;

class TemplateReader {
 public:
  TemplateReader(const Document& document, const TemplateSetting& setting)
      : document_(document),
        reader_(document, setting.place),
        intrinsics_(document.root, setting) {}

  Checked<Topology> read() {
    for_each_of(queue_type, [&](auto id, auto& properties) { named(id, properties, queues_); });
    for_each_of(topic_type, [&](auto id, auto& properties) { named(id, properties, topics_); });
    for_each_of(queue_policy_type,
                [&](auto id, auto& properties) { policy(id, properties, "Queues", '/', queues_); });
    for_each_of(topic_policy_type,
                [&](auto id, auto& properties) { policy(id, properties, "Topics", ':', topics_); });
    for_each_of(subscription_type,
                [&](auto id, auto& properties) { subscription(id, properties); });
    note_others();
    for (const auto& [name, each] : queues_) reader_.read_queue(name, each.words, each.path);
    for (const auto& [name, each] : topics_) reader_.read_topic(name, each.words, each.path);
    for (const Named& each : subscriptions_) reader_.read_subscription(each.words, each.path);
    return reader_.finish();
  }

 private:
  template <class Visit>
  void for_each_of(std::string_view type, Visit visit) {
    static const json::object none;
    for (const json::key_value_pair& each : resources()) {
      const json::object* resource = each.value().if_object();
      if (resource == nullptr || type_of(*resource) != type) continue;
      const std::string path = path_to("Resources", each.key());
      if (resource->contains("Condition")) {
        reader_.problem(path,
                        "It has a Condition, and conditions are not evaluated here. Remove "
                        "the condition or the resource from a copy of the template.");
      }
      const json::object* properties = object_in(*resource, "Properties");
      visit(each.key(), properties == nullptr ? none : *properties);
    }
  }

  const json::object& resources() const {
    static const json::object none;
    const json::object* found = object_in(document_.root, "Resources");
    return found == nullptr ? none : *found;
  }

  void note_others() {
    for (const json::key_value_pair& each : resources()) {
      const json::object* resource = each.value().if_object();
      const std::string path = path_to("Resources", each.key());
      if (resource == nullptr || type_of(*resource).empty()) {
        reader_.problem(path, "It must be a table with a Type.");
      } else if (std::ranges::find(our_types, type_of(*resource)) == our_types.end()) {
        reader_.note(path, fmt::format("skipped, it is a {}", type_of(*resource)));
      }
    }
  }

  // The property's value, unless it is to be as if it were not there.
  std::optional<json::value> property(const json::key_value_pair& member, const std::string& path) {
    const std::string inner = path_to(path, member.key());
    Resolved value = intrinsics_.resolve(member.value());
    if (value) return *std::move(value);
    const Trouble& trouble = value.error();
    const bool is_policy = member.key() == "PolicyDocument" || member.key() == "RedrivePolicy" ||
                           member.key() == "RedriveAllowPolicy" || member.key() == "FilterPolicy";
    if (trouble.kind == TroubleKind::wrong) reader_.problem(inner, trouble.sentence);
    if (trouble.kind == TroubleKind::foreign && is_policy) {
      reader_.problem(inner, fmt::format("{}; say what it is with --parameter, like --parameter "
                                         "Role.Arn=arn:aws:iam::000000000000:role/app.",
                                         trouble.sentence));
    } else if (trouble.kind == TroubleKind::foreign) {
      reader_.note(inner, fmt::format("left out: {}", trouble.sentence));
    }
    return std::nullopt;
  }

  void named(std::string_view id, const json::object& properties, NamedTables& tables) {
    const std::string path = path_to("Resources", id);
    const ResolvedText name = intrinsics_.name(id);
    if (!name) return reader_.problem(path, name.error().sentence + " Its name must be known.");
    Named made{.path = path};
    for (const json::key_value_pair& each : properties) {
      if (each.key() == "QueueName" || each.key() == "TopicName") continue;
      if (std::ranges::find(other_properties, std::string_view(each.key())) !=
          other_properties.end()) {
        reader_.note(path_to(path, each.key()), "left out, as it is no attribute");
        continue;
      }
      auto value = property(each, path);
      if (!value) continue;
      if (each.key() == "Tags") {
        made.words["tags"] = tags(*value, path_to(path, each.key()));
      } else if (each.key() == "Subscription") {
        inline_subscriptions(*value, *name, path_to(path, each.key()));
      } else {
        made.words[each.key()] = *std::move(value);
      }
    }
    if (!tables.emplace(*name, std::move(made)).second)
      reader_.problem(path, fmt::format("Another resource is called {}, too.", *name));
  }

  json::object tags(const json::value& value, const std::string& path) {
    json::object made;
    const json::array* list = value.if_array();
    if (list == nullptr) reader_.problem(path, "It must be a list.");
    for (const json::value& each : list == nullptr ? json::array() : *list) {
      const json::object* tag = each.if_object();
      const json::value* key = tag == nullptr ? nullptr : tag->if_contains("Key");
      const json::value* text = tag == nullptr ? nullptr : tag->if_contains("Value");
      if (key == nullptr || !key->is_string() || text == nullptr) {
        reader_.problem(path, "Each must have a Key and a Value.");
      } else {
        made[key->get_string()] = *text;
      }
    }
    return made;
  }

  void inline_subscriptions(const json::value& value,
                            const std::string& topic,
                            const std::string& path) {
    const json::array* list = value.if_array();
    if (list == nullptr) return reader_.problem(path, "It must be a list.");
    for (const json::value& each : *list) {
      const std::string inner = path_to(path, static_cast<std::size_t>(&each - list->data()));
      if (!each.is_object()) {
        reader_.problem(inner, "It must have a Protocol and an Endpoint.");
        continue;
      }
      json::object words = each.get_object();
      words["TopicArn"] = topic;
      add_subscription(words, inner);
    }
  }

  void subscription(std::string_view id, const json::object& properties) {
    const std::string path = path_to("Resources", id);
    json::object words;
    for (const json::key_value_pair& each : properties) {
      if (each.key() == "Region") continue;  // Of the topic, where that is elsewhere.
      if (auto value = property(each, path)) words[each.key()] = *std::move(value);
    }
    add_subscription(words, path);
  }

  void add_subscription(const json::object& properties, const std::string& path) {
    Named made{.path = path};
    for (const json::key_value_pair& each : properties) {
      const std::string_view key = each.key();
      made.words[key == "TopicArn"   ? "topic"
                 : key == "Protocol" ? "protocol"
                 : key == "Endpoint" ? "endpoint"
                                     : key] = each.value();
    }
    const json::value* protocol = made.words.if_contains("protocol");
    if (protocol != nullptr && protocol->is_string() &&
        std::ranges::find(protocols, std::string_view(protocol->get_string())) == protocols.end()) {
      reader_.note(path, fmt::format("skipped, as its protocol is {}",
                                     std::string_view(protocol->get_string())));
      return;
    }
    subscriptions_.push_back(std::move(made));
  }

  void policy(std::string_view id,
              const json::object& properties,
              std::string_view targets,
              char before_name,
              NamedTables& tables) {
    const std::string path = path_to("Resources", id);
    std::optional<json::value> document;
    std::optional<json::value> of;
    for (const json::key_value_pair& each : properties) {
      if (each.key() == "PolicyDocument") document = property(each, path);
      if (each.key() == targets) of = property(each, path);
    }
    if (!document || !of || !of->is_array()) {
      if (reader_.is_right())
        reader_.problem(path, fmt::format("It must have {} and a PolicyDocument.", targets));
      return;
    }
    for (const json::value& each : of->get_array()) {
      const std::string_view text =
          each.is_string() ? std::string_view(each.get_string()) : std::string_view();
      const auto found = tables.find(std::string(text.substr(text.rfind(before_name) + 1)));
      if (found == tables.end()) {
        reader_.problem(path, fmt::format("{} is not in this template.", json::serialize(each)));
      } else if (!found->second.words.emplace("Policy", *document).second) {
        reader_.problem(path, fmt::format("{} has another policy, too.", found->first));
      }
    }
  }

  const Document& document_;
  Reader reader_;
  Intrinsics intrinsics_;
  NamedTables queues_;
  NamedTables topics_;
  std::vector<Named> subscriptions_;
};

}  // namespace

bool is_template(const Document& document) { return document.root.contains("Resources"); }

Checked<Topology> read_template(const Document& document, const TemplateSetting& setting) {
  return TemplateReader(document, setting).read();
}

}  // namespace mailrail::topology
