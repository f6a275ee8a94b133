#include "topology/intrinsics.h"

#include <charconv>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/shown.h"

namespace mailrail::topology {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 16;
constexpr std::size_t text_bytes_max = std::size_t{1} << 20;  // What functions make of little.

std::unexpected<Trouble> wrong(std::string sentence) {
  return std::unexpected(Trouble{.kind = TroubleKind::wrong, .sentence = std::move(sentence)});
}

Resolved as_value(const ResolvedText& text) {
  return text ? Resolved(json::value(*text)) : std::unexpected(text.error());
}

bool is_function(std::string_view name) { return name == "Ref" || name.starts_with("Fn::"); }

std::optional<std::string> pseudo_parameter(std::string_view name, const TemplateSetting& setting) {
  if (name == "AWS::Region") return setting.place.region;
  if (name == "AWS::AccountId") return setting.place.account;
  if (name == "AWS::Partition") return setting.place.partition;
  if (name == "AWS::StackName") return setting.stack;
  if (name == "AWS::URLSuffix") return "amazonaws.com";
  if (name == "AWS::StackId") {
    return fmt::format("arn:{}:cloudformation:{}:{}:stack/{}", setting.place.partition,
                       setting.place.region, setting.place.account, setting.stack);
  }
  return std::nullopt;
}

}  // namespace

std::string_view type_of(const json::object& resource) {
  const json::value* type = resource.if_contains("Type");
  return type != nullptr && type->is_string() ? std::string_view(type->get_string())
                                              : std::string_view();
}

const json::object* object_in(const json::object& outer, std::string_view name) {
  const json::value* inner = outer.if_contains(name);
  return inner == nullptr ? nullptr : inner->if_object();
}

Intrinsics::Intrinsics(const json::object& root, const TemplateSetting& setting)
    : root_(root), setting_(setting) {}

const json::object* Intrinsics::resource(std::string_view logical_id) const {
  const json::object* resources = object_in(root_, "Resources");
  return resources == nullptr ? nullptr : object_in(*resources, logical_id);
}

Resolved Intrinsics::resolve(const json::value& value) {
  if (value.is_array()) return list(value.get_array());
  if (!value.is_object()) return value;
  const json::object& members = value.get_object();
  if (members.size() == 1 && is_function(members.begin()->key()))
    return function(members.begin()->key(), members.begin()->value());
  return object(members);
}

Resolved Intrinsics::object(const json::object& value) {
  json::object made;
  for (const json::key_value_pair& each : value) {
    Resolved member = resolve(each.value());
    if (member) {
      made[each.key()] = *std::move(member);
    } else if (member.error().kind != TroubleKind::no_value) {
      return member;
    }
  }
  return made;
}

Resolved Intrinsics::list(const json::array& value) {
  json::array made;
  for (const json::value& each : value) {
    Resolved element = resolve(each);
    if (element) {
      made.push_back(*std::move(element));
    } else if (element.error().kind != TroubleKind::no_value) {
      return element;
    }
  }
  return made;
}

ResolvedText Intrinsics::text(const json::value& value) {
  const Resolved resolved = resolve(value);
  if (!resolved) return std::unexpected(resolved.error());
  if (resolved->is_string()) return std::string(resolved->get_string());
  if (resolved->is_number() || resolved->is_bool()) return json::serialize(*resolved);
  return wrong(fmt::format("{} must be a text.", shown(json::serialize(*resolved))));
}

Resolved Intrinsics::function(std::string_view name, const json::value& argument) {
  if (name == "Ref") {
    if (!argument.is_string()) return wrong("Ref must have a name.");
    return as_value(reference(argument.get_string()));
  }
  if (name == "Fn::GetAtt") return attribute(argument);
  if (name == "Fn::Join") return join(argument);
  if (name == "Fn::Sub") return substitute(argument);
  if (name == "Fn::Select") return select(argument);
  if (name == "Fn::Split") return split(argument);
  return wrong(fmt::format("{} is a function that is not evaluated here.", shown(name)));
}

Resolved Intrinsics::join(const json::value& argument) {
  const json::array* parts = argument.if_array();
  if (parts == nullptr || parts->size() != 2 || !parts->at(0).is_string())
    return wrong("Fn::Join must have a delimiter and a list.");
  const Resolved elements = resolve(parts->at(1));
  if (!elements) return elements;
  if (!elements->is_array()) return wrong("Fn::Join must have a delimiter and a list.");
  std::string made;
  for (const json::value& each : elements->get_array()) {
    const ResolvedText element = text(each);
    if (!element) return std::unexpected(element.error());
    if (&each != &elements->get_array().front()) made += parts->at(0).get_string();
    made += *element;
    if (made.size() > text_bytes_max) return wrong("Fn::Join makes a text that is too long.");
  }
  return json::value(made);
}

Resolved Intrinsics::split(const json::value& argument) {
  const json::array* parts = argument.if_array();
  if (parts == nullptr || parts->size() != 2 || !parts->at(0).is_string() ||
      parts->at(0).get_string().empty())
    return wrong("Fn::Split must have a delimiter and a text.");
  const std::string_view delimiter = parts->at(0).get_string();
  const ResolvedText whole = text(parts->at(1));
  if (!whole) return std::unexpected(whole.error());
  json::array made;
  std::string_view rest = *whole;
  for (;;) {
    const std::size_t end = rest.find(delimiter);
    made.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) return made;
    rest.remove_prefix(end + delimiter.size());
  }
}

Resolved Intrinsics::select(const json::value& argument) {
  constexpr std::string_view right = "Fn::Select must have an index within a list.";
  const json::array* parts = argument.if_array();
  if (parts == nullptr || parts->size() != 2) return wrong(std::string(right));
  const ResolvedText index_text = text(parts->at(0));
  if (!index_text) return std::unexpected(index_text.error());
  const Resolved elements = resolve(parts->at(1));
  if (!elements) return elements;
  std::size_t index = 0;
  const char* const end = index_text->data() + index_text->size();
  const auto [rest, error] = std::from_chars(index_text->data(), end, index);
  if (error != std::errc() || rest != end || !elements->is_array() ||
      index >= elements->get_array().size())
    return wrong(std::string(right));
  return elements->get_array()[index];
}

Resolved Intrinsics::attribute(const json::value& argument) {
  if (const json::array* parts = argument.if_array();
      parts != nullptr && parts->size() == 2 && parts->at(0).is_string()) {
    const ResolvedText name = text(parts->at(1));
    if (!name) return std::unexpected(name.error());
    return as_value(attribute_of(parts->at(0).get_string(), *name));
  }
  if (argument.is_string()) {
    const std::string_view whole = argument.get_string();
    if (const std::size_t dot = whole.find('.'); dot != std::string_view::npos)
      return as_value(attribute_of(whole.substr(0, dot), whole.substr(dot + 1)));
  }
  return wrong("Fn::GetAtt must have a logical id and an attribute.");
}

Resolved Intrinsics::substitute(const json::value& argument) {
  const json::array* parts = argument.if_array();
  const json::value& pattern = parts != nullptr && parts->size() == 2 ? parts->at(0) : argument;
  const json::object* variables =
      parts != nullptr && parts->size() == 2 ? parts->at(1).if_object() : nullptr;
  if (!pattern.is_string()) return wrong("Fn::Sub must have a text.");
  std::string made;
  std::string_view rest = pattern.get_string();
  while (!rest.empty()) {
    const std::size_t begin = rest.find("${");
    made += rest.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const std::size_t end = rest.find('}', begin);
    if (end == std::string_view::npos) return wrong("Fn::Sub has a ${ without its }.");
    const std::string_view name = rest.substr(begin + 2, end - begin - 2);
    rest.remove_prefix(end + 1);
    if (name.starts_with('!')) {
      made += fmt::format("${{{}}}", name.substr(1));
      continue;
    }
    const json::value* variable = variables == nullptr ? nullptr : variables->if_contains(name);
    const std::size_t dot = name.find('.');
    const ResolvedText value = variable != nullptr ? text(*variable)
                               : dot == std::string_view::npos
                                   ? reference(name)
                                   : attribute_of(name.substr(0, dot), name.substr(dot + 1));
    if (!value) return std::unexpected(value.error());
    made += *value;
    if (made.size() > text_bytes_max) return wrong("Fn::Sub makes a text that is too long.");
  }
  return json::value(made);
}

ResolvedText Intrinsics::foreign(std::string_view logical_id, std::string_view type) const {
  return std::unexpected(
      Trouble{.kind = TroubleKind::foreign,
              .sentence = fmt::format("{} ({}) is known to AWS only", shown(logical_id),
                                      type.empty() ? "a resource" : shown(type))});
}

ResolvedText Intrinsics::reference(std::string_view name) {
  if (name == "AWS::NoValue") return std::unexpected(Trouble{.kind = TroubleKind::no_value});
  if (const auto pseudo = pseudo_parameter(name, setting_)) return *pseudo;
  if (const auto given = setting_.parameters.find(std::string(name));
      given != setting_.parameters.end())
    return given->second;
  const json::object* parameters = object_in(root_, "Parameters");
  if (const json::object* parameter =
          parameters == nullptr ? nullptr : object_in(*parameters, name)) {
    if (const json::value* value = parameter->if_contains("Default");
        value != nullptr && !value->is_structured())
      return text(*value);
    return wrong(fmt::format("Parameter {} has no default; give it with --parameter {}=VALUE.",
                             shown(name), shown(name)));
  }
  const json::object* referred = resource(name);
  if (referred == nullptr)
    return wrong(fmt::format("{} is neither a parameter nor a resource.", shown(name)));
  if (type_of(*referred) == "AWS::SQS::Queue") return attribute_of(name, "QueueUrl");
  if (type_of(*referred) == "AWS::SNS::Topic") return attribute_of(name, "TopicArn");
  return foreign(name, type_of(*referred));
}

ResolvedText Intrinsics::name(std::string_view logical_id) {
  const json::object* referred = resource(logical_id);
  if (referred == nullptr) return wrong(fmt::format("There is no {}.", shown(logical_id)));
  const bool is_queue = type_of(*referred) == "AWS::SQS::Queue";
  const json::object* properties = object_in(*referred, "Properties");
  static const json::object none;
  const json::object& said = properties == nullptr ? none : *properties;
  if (depth_ >= depth_max)
    return wrong(fmt::format("The name of {} is made of itself.", shown(logical_id)));
  if (const json::value* given = said.if_contains(is_queue ? "QueueName" : "TopicName")) {
    ++depth_;
    ResolvedText made = text(*given);
    --depth_;
    if (made || made.error().kind != TroubleKind::no_value) return made;
  }
  const json::value* fifo = said.if_contains(is_queue ? "FifoQueue" : "FifoTopic");
  const bool is_to_be_fifo = fifo != nullptr && (*fifo == true || *fifo == "true");
  return fmt::format("{}{}", logical_id, is_to_be_fifo ? ".fifo" : "");
}

ResolvedText Intrinsics::queue_attribute(std::string_view name, std::string_view attribute) const {
  if (attribute == "Arn") return queue_arn(setting_.place, name);
  if (attribute == "QueueName") return std::string(name);
  if (attribute == "QueueUrl") {
    return fmt::format("https://sqs.{}.amazonaws.com/{}/{}", setting_.place.region,
                       setting_.place.account, name);
  }
  return wrong(fmt::format("A queue has no attribute {}.", shown(attribute)));
}

ResolvedText Intrinsics::attribute_of(std::string_view logical_id, std::string_view attribute) {
  const std::string whole = fmt::format("{}.{}", logical_id, attribute);
  if (const auto given = setting_.parameters.find(whole); given != setting_.parameters.end())
    return given->second;
  const json::object* referred = resource(logical_id);
  if (referred == nullptr) return wrong(fmt::format("There is no {}.", shown(logical_id)));
  const std::string_view type = type_of(*referred);
  if (type != "AWS::SQS::Queue" && type != "AWS::SNS::Topic") return foreign(whole, type);
  const ResolvedText named = name(logical_id);
  if (!named) return named;
  if (type == "AWS::SQS::Queue") return queue_attribute(*named, attribute);
  if (attribute == "TopicArn") return topic_arn(setting_.place, *named);
  if (attribute == "TopicName") return *named;
  return wrong(fmt::format("A topic has no attribute {}.", shown(attribute)));
}

}  // namespace mailrail::topology
