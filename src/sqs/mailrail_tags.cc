#include "sqs/mailrail_tags.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/queue_bounds.h"
#include "sqs/arn.h"
#include "sqs/errors.h"
#include "sqs/on_poison.h"

namespace mailrail::sqs {
namespace {

constexpr std::array known{on_poison_tag,       engine::max_messages_tag, engine::max_bytes_tag,
                           engine::on_full_tag, engine::send_rate_tag,    engine::paused_tag};

Result<void> check_key(const std::string& key) {
  if (!key.starts_with(engine::tag_prefix) || std::ranges::find(known, key) != known.end())
    return {};
  return errors::invalid_parameter({.name = "Tag.Key", .value = key},
                                   fmt::format("Of the tags that begin with {} there are {}",
                                               engine::tag_prefix, fmt::join(known, ", ")));
}

}  // namespace

Result<void> check_mailrail_tags(std::string_view queue_name,
                                 const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) TRY(check_key(key));
  TRY(on_poison_of(tags));
  const auto bounds = engine::read_bounds(tags);
  if (!bounds) {
    return errors::invalid_parameter({.name = "Tag.Value", .value = bounds.error().value},
                                     bounds.error().reason);
  }
  if (bounds->on_full == engine::OnFull::drop_oldest && is_fifo_name(queue_name)) {
    return errors::invalid_parameter(
        {.name = "Tag.Value", .value = "drop-oldest"},
        "A FIFO queue drops nothing, or a conversation would go on with a hole in it: the tag "
        "mailrail:on-full can only have the value reject there");
  }
  return {};
}

}  // namespace mailrail::sqs
