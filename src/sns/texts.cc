#include "sns/texts.h"

#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "sns/errors.h"
#include "sns/filter_json.h"
#include "sns/limits.h"
#include "sns/subscription_attributes.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

std::unexpected<Error> invalid_structure(std::string_view what) {
  return errors::invalid_parameter(fmt::format("Message Structure - {}", what));
}

// Of keys that are there twice AWS takes one, and so does the parser: the last.
Result<Texts> structured(std::string_view message) {
  const ParsedJson parsed = parse_json(message, limits::structured_message_depth_max);
  if (parsed.error || !parsed.value.is_object())
    return invalid_structure("JSON message body failed to parse");
  const json::object& object = parsed.value.get_object();
  const auto text_at = [&](std::string_view key) -> std::optional<std::string> {
    const json::value* found = object.if_contains(key);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string(found->get_string());
  };
  std::optional<std::string> text = text_at("default");
  if (!text) return invalid_structure("No default entry in JSON message body");
  Texts texts{.text = *std::move(text)};
  using engine::Protocol;
  for (const Protocol each : {Protocol::sqs, Protocol::http, Protocol::https}) {
    if (auto own = text_at(name_of(each))) texts.by_protocol[each] = *std::move(own);
  }
  return texts;
}

}  // namespace

Result<Texts> texts_of(std::string_view message, const std::optional<std::string>& structure) {
  if (!structure || structure->empty()) return Texts{.text = std::string(message)};
  if (*structure == "json") return structured(message);
  return errors::invalid_parameter(
      {.parameter = "MessageStructure", .reason = "it may be json or absent"});
}

}  // namespace mailrail::sns
