#include "sqs/on_poison.h"

#include "sqs/errors.h"

namespace mailrail::sqs {

Result<engine::OnPoison> on_poison_of(const std::map<std::string, std::string>& tags) {
  const auto tag = tags.find(std::string(on_poison_tag));
  if (tag == tags.end() || tag->second == "dead-letter") return engine::OnPoison::dead_letter;
  if (tag->second == "park") return engine::OnPoison::park;
  return errors::invalid_parameter(
      {.name = "Tag.Value", .value = tag->second},
      "The tag mailrail:on-poison can only have the values dead-letter and park");
}

}  // namespace mailrail::sqs
