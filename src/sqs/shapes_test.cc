// Our shapes are AWS's: names, types, what is required, and how Query spells collections.
//
// The table in model_table.h is distilled from AWS's models. Where the models themselves are at
// hand, it is distilled anew and must be the same.

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "base/shape_lines_testing.h"
#include "sqs/batch_shapes.h"
#include "sqs/message_shapes.h"
#include "sqs/model_table.h"
#include "sqs/move_task_shapes.h"
#include "sqs/queue_shapes.h"

namespace mailrail::sqs {
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
    {"CancelMessageMoveTask", &shape_of<CancelMessageMoveTaskInput>,
     &shape_of<CancelMessageMoveTaskOutput>},
    {"ChangeMessageVisibility", &shape_of<ChangeMessageVisibilityInput>},
    {"ChangeMessageVisibilityBatch", &shape_of<ChangeMessageVisibilityBatchInput>,
     &shape_of<ChangeMessageVisibilityBatchOutput>},
    {"CreateQueue", &shape_of<CreateQueueInput>, &shape_of<CreateQueueOutput>},
    {"DeleteMessage", &shape_of<DeleteMessageInput>},
    {"DeleteMessageBatch", &shape_of<DeleteMessageBatchInput>, &shape_of<DeleteMessageBatchOutput>},
    {"DeleteQueue", &shape_of<DeleteQueueInput>},
    {"GetQueueAttributes", &shape_of<GetQueueAttributesInput>, &shape_of<GetQueueAttributesOutput>},
    {"GetQueueUrl", &shape_of<GetQueueUrlInput>, &shape_of<GetQueueUrlOutput>},
    {"ListDeadLetterSourceQueues", &shape_of<ListDeadLetterSourceQueuesInput>,
     &shape_of<ListDeadLetterSourceQueuesOutput>},
    {"ListMessageMoveTasks", &shape_of<ListMessageMoveTasksInput>,
     &shape_of<ListMessageMoveTasksOutput>},
    {"ListQueueTags", &shape_of<ListQueueTagsInput>, &shape_of<ListQueueTagsOutput>},
    {"ListQueues", &shape_of<ListQueuesInput>, &shape_of<ListQueuesOutput>},
    {"PurgeQueue", &shape_of<PurgeQueueInput>},
    {"ReceiveMessage", &shape_of<ReceiveMessageInput>, &shape_of<ReceiveMessageOutput>},
    {"RemovePermission", &shape_of<RemovePermissionInput>},
    {"SendMessage", &shape_of<SendMessageInput>, &shape_of<SendMessageOutput>},
    {"SendMessageBatch", &shape_of<SendMessageBatchInput>, &shape_of<SendMessageBatchOutput>},
    {"SetQueueAttributes", &shape_of<SetQueueAttributesInput>},
    {"StartMessageMoveTask", &shape_of<StartMessageMoveTaskInput>,
     &shape_of<StartMessageMoveTaskOutput>},
    {"TagQueue", &shape_of<TagQueueInput>},
    {"UntagQueue", &shape_of<UntagQueueInput>},
};

std::string text(dom::element json, std::string_view key) {
  std::string_view value;
  return json[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

// AWS's two models: the current one, for JSON, and the last one for Query, which alone knows the
// forms' spellings.
class Models {
 public:
  explicit Models(const std::filesystem::path& directory)
      : current_(current_parser_.load((directory / "sqs-service-2.json").string())),
        query_(query_parser_.load((directory / "sqs-service-2-query-legacy.json").string())) {}

  void add(Lines& lines, std::string_view action) const {
    const dom::element operation = current_["operations"][action];
    for (const auto& [direction, key] : {std::pair("in", "input"), std::pair("out", "output")}) {
      dom::element reference;
      if (operation[key].get(reference) != simdjson::SUCCESS) continue;
      add_structure(lines, fmt::format("{}.{} ", action, direction), text(reference, "shape"));
    }
  }

 private:
  dom::element shape(std::string_view name) const { return current_["shapes"][name]; }

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
      if (member.type == "list" || member.type == "map") member.query = query_spelling(name, key);
      lines.insert(member.line());
      if (member.type == "list") add_element(lines, member.path + "[].", type["member"]);
      if (member.type == "map") add_element(lines, member.path + "{}.", type["value"]);
    }
  }

  void add_element(Lines& lines, const std::string& prefix, dom::element reference) const {
    const std::string name = text(reference, "shape");
    if (text(shape(name), "type") == "structure") add_structure(lines, prefix, name);
  }

  std::string query_spelling(std::string_view structure, std::string_view member) const {
    dom::element reference;
    if (query_["shapes"][structure]["members"][member].get(reference) != simdjson::SUCCESS) {
      return std::string(member.substr(
          0, member.size() - 1));  // Newer than the model for Query: a list, in the singular.
    }
    const dom::element type = query_["shapes"][text(reference, "shape")];
    if (text(type, "type") == "list") return text(type["member"], "locationName");
    const std::string member_name = text(reference, "locationName");
    return fmt::format("{}({},{})", member_name.empty() ? text(type, "locationName") : member_name,
                       text(type["key"], "locationName"), text(type["value"], "locationName"));
  }

  dom::parser current_parser_;
  dom::parser query_parser_;
  dom::element current_;
  dom::element query_;
};

TEST(Shapes, AreThoseOfTheModels) {
  Lines ours;
  for (const Action& action : actions) {
    shape_lines::add(ours, fmt::format("{}.in ", action.name), *action.input);
    shape_lines::add(ours, fmt::format("{}.out ", action.name), *action.output);
  }

  EXPECT_EQ(ours, shape_lines::of_table(model_table));
}

TEST(ModelTable, IsDistilledFromTheModels) {
  const std::filesystem::path directory = MAILRAIL_API_MODELS;
  if (!std::filesystem::exists(directory)) GTEST_SKIP() << "AWS's models are not in " << directory;
  const Models models(directory);

  Lines distilled;
  for (const Action& action : actions) models.add(distilled, action.name);

  EXPECT_EQ(shape_lines::of_table(model_table), distilled);
}

}  // namespace
}  // namespace mailrail::sqs
