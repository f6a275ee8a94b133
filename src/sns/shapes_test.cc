// Our shapes are AWS's: names, types, what is required, and how Query spells maps. No collection of
// SNS is flattened.
//
// The table in model_table.h is distilled from AWS's model. Where the model itself is at hand, it
// is distilled anew and must be the same.

#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "base/shape_lines_testing.h"
#include "sns/message_shapes.h"
#include "sns/model_table.h"
#include "sns/subscription_shapes.h"
#include "sns/topic_shapes.h"

namespace mailrail::sns {
namespace {

namespace dom = simdjson::dom;

using shape_lines::Lines;
using shape_lines::Member;

struct Action {
  std::string_view name;
  const Shape* input;
  const Shape* output = &shape_of<Nothing>;
};

const Action actions[] = {
    {"AddPermission", &shape_of<AddPermissionInput>},
    {"ConfirmSubscription", &shape_of<ConfirmSubscriptionInput>,
     &shape_of<ConfirmSubscriptionOutput>},
    {"CreateTopic", &shape_of<CreateTopicInput>, &shape_of<CreateTopicOutput>},
    {"DeleteTopic", &shape_of<DeleteTopicInput>},
    {"GetDataProtectionPolicy", &shape_of<GetDataProtectionPolicyInput>,
     &shape_of<GetDataProtectionPolicyOutput>},
    {"GetSubscriptionAttributes", &shape_of<GetSubscriptionAttributesInput>,
     &shape_of<GetSubscriptionAttributesOutput>},
    {"GetTopicAttributes", &shape_of<GetTopicAttributesInput>, &shape_of<GetTopicAttributesOutput>},
    {"ListSubscriptions", &shape_of<ListSubscriptionsInput>, &shape_of<ListSubscriptionsOutput>},
    {"ListSubscriptionsByTopic", &shape_of<ListSubscriptionsByTopicInput>,
     &shape_of<ListSubscriptionsByTopicOutput>},
    {"ListTagsForResource", &shape_of<ListTagsForResourceInput>,
     &shape_of<ListTagsForResourceOutput>},
    {"ListTopics", &shape_of<ListTopicsInput>, &shape_of<ListTopicsOutput>},
    {"Publish", &shape_of<PublishInput>, &shape_of<PublishOutput>},
    {"PublishBatch", &shape_of<PublishBatchInput>, &shape_of<PublishBatchOutput>},
    {"PutDataProtectionPolicy", &shape_of<PutDataProtectionPolicyInput>},
    {"RemovePermission", &shape_of<RemovePermissionInput>},
    {"SetSubscriptionAttributes", &shape_of<SetSubscriptionAttributesInput>},
    {"SetTopicAttributes", &shape_of<SetTopicAttributesInput>},
    {"Subscribe", &shape_of<SubscribeInput>, &shape_of<SubscribeOutput>},
    {"TagResource", &shape_of<TagResourceInput>, &shape_of<TagResourceOutput>},
    {"Unsubscribe", &shape_of<UnsubscribeInput>},
    {"UntagResource", &shape_of<UntagResourceInput>, &shape_of<UntagResourceOutput>},
};

std::string text(dom::element json, std::string_view key) {
  std::string_view value;
  return json[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

std::string text_or(dom::element json, std::string_view key, std::string_view otherwise) {
  const std::string found = text(json, key);
  return found.empty() ? std::string(otherwise) : found;
}

class Model {
 public:
  explicit Model(const std::filesystem::path& path) : model_(parser_.load(path.string())) {}

  void add(Lines& lines, std::string_view action) const {
    const dom::element operation = model_["operations"][action];
    for (const auto& [direction, key] : {std::pair("in", "input"), std::pair("out", "output")}) {
      dom::element reference;
      if (operation[key].get(reference) != simdjson::SUCCESS) continue;
      add_structure(lines, fmt::format("{}.{} ", action, direction), text(reference, "shape"));
    }
  }

  bool has_result(std::string_view action) const {
    dom::element output;
    return model_["operations"][action]["output"].get(output) == simdjson::SUCCESS;
  }

 private:
  dom::element shape(std::string_view name) const { return model_["shapes"][name]; }

  void add_structure(Lines& lines, const std::string& prefix, const std::string& name) const {
    const dom::element structure = shape(name);
    std::set<std::string> required;
    dom::array names;
    if (structure["required"].get(names) == simdjson::SUCCESS) {
      for (const dom::element each : names) required.emplace(each.get_string().value());
    }
    for (const auto& [key, reference] : dom::object(structure["members"])) {
      const dom::element type = shape(text(reference, "shape"));
      Member member{.path = prefix + std::string(key),
                    .type = text(type, "type"),
                    .is_required = required.contains(std::string(key))};
      if (member.type == "map") {
        member.query = fmt::format("({},{})", text_or(type["key"], "locationName", "key"),
                                   text_or(type["value"], "locationName", "value"));
      }
      lines.insert(member.line());
      if (member.type == "list") add_element(lines, member.path + "[].", type["member"]);
      if (member.type == "map") add_element(lines, member.path + "{}.", type["value"]);
    }
  }

  void add_element(Lines& lines, const std::string& prefix, dom::element reference) const {
    const std::string name = text(reference, "shape");
    if (text(shape(name), "type") == "structure") add_structure(lines, prefix, name);
  }

  dom::parser parser_;
  dom::element model_;
};

TEST(Shapes, AreThoseOfTheModel) {
  Lines ours;
  for (const Action& action : actions) {
    shape_lines::add(ours, fmt::format("{}.in ", action.name), *action.input);
    shape_lines::add(ours, fmt::format("{}.out ", action.name), *action.output);
  }

  EXPECT_EQ(ours, shape_lines::of_table(model_table));
}

TEST(ModelTable, IsDistilledFromTheModel) {
  const std::filesystem::path path = MAILRAIL_API_MODELS "/sns-service-2.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "AWS's model is not at " << path;
  const Model model(path);

  Lines distilled;
  for (const Action& action : actions) model.add(distilled, action.name);

  EXPECT_EQ(shape_lines::of_table(model_table), distilled);
  for (const Action& action : actions)
    EXPECT_EQ(action.output != &shape_of<Nothing>, model.has_result(action.name)) << action.name;
}

}  // namespace
}  // namespace mailrail::sns
