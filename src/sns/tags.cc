#include "sns/tags.h"

#include "sns/characters.h"
#include "sns/errors.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

struct Sizes {
  std::size_t least;
  std::size_t most;
};

Result<void> check_size(std::string_view text, const std::string& place, Sizes sizes) {
  const std::size_t count = character_count(text);
  if (count < sizes.least) {
    return errors::validation_error(
        {.value = text,
         .place = place,
         .constraint =
             fmt::format("Member must have length greater than or equal to {}", sizes.least)});
  }
  if (count > sizes.most) {
    return errors::validation_error(
        {.value = text,
         .place = place,
         .constraint =
             fmt::format("Member must have length less than or equal to {}", sizes.most)});
  }
  return {};
}

bool is_reserved(std::string_view key) {
  constexpr std::string_view prefix = "aws:";
  return equal_ignoring_case(key.substr(0, prefix.size()), prefix);
}

}  // namespace

Result<TagMap> checked_tags(std::span<const Tag> tags) {
  TagMap map;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto& [key, value] = tags[i];
    TRY(check_size(key, fmt::format("tags.{}.member.key", i + 1),
                   {.least = 1, .most = limits::tag_key_size_max}));
    TRY(check_size(value, fmt::format("tags.{}.member.value", i + 1),
                   {.least = 0, .most = limits::tag_value_size_max}));
    map.insert_or_assign(key, value);
  }
  for (const Tag& each : tags) {
    if (is_reserved(each.key))
      return errors::invalid_parameter(
          {.parameter = "Tags", .reason = "Tag keys must not start with 'aws:'"});
  }
  if (map.size() < tags.size())
    return errors::invalid_parameter("Duplicated keys are not allowed.");
  return map;
}

Result<void> check_tag_keys(std::span<const std::string> keys) {
  if (keys.empty()) return std::unexpected(errors::missing_parameter("TagKeys"));
  for (std::size_t i = 0; i < keys.size(); ++i)
    TRY(check_size(keys[i], fmt::format("tagKeys.{}.member", i + 1),
                   {.least = 1, .most = limits::tag_key_size_max}));
  return {};
}

Result<void> check_tag_count(std::size_t count) {
  if (count <= limits::tags_max) return {};
  return fail(errors::tag_limit_exceeded_kind,
              "Could not complete request: tag quota of per resource exceeded");
}

std::vector<Tag> listed_tags(const TagMap& tags) {
  std::vector<Tag> listed;
  listed.reserve(tags.size());
  for (const auto& [key, value] : tags) listed.push_back({.key = key, .value = value});
  return listed;
}

}  // namespace mailrail::sns
