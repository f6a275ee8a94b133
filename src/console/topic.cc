#include "console/topic.h"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

#include "api/errors.h"
#include "base/shown.h"
#include "sqs/arn.h"
#include "sqs/validation.h"

namespace mailrail::console {
namespace {

// By the number of the kind.
constexpr std::array<std::string_view, 7> kinds = {"server", "queues", "conversations", "history",
                                                   "tail",   "topics", "activity"};

std::unexpected<Error> refuse(std::string sentence) {
  return fail(api::errors::invalid_parameter_value, std::move(sentence));
}

bool is_queue_name(std::string_view name) {
  const auto type = sqs::is_fifo_name(name) ? sqs::QueueType::fifo : sqs::QueueType::standard;
  return sqs::check_queue_name(name, type).has_value();
}

// Which need the name of a queue, and which may have one.
bool fits(Topic::Kind kind, std::string_view queue) {
  using Kind = Topic::Kind;
  if (queue.empty()) return kind != Kind::conversations;
  return (kind == Kind::conversations || kind == Kind::history || kind == Kind::tail) &&
         is_queue_name(queue);
}

}  // namespace

std::string_view name_of(Topic::Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::string text_of(const Topic& topic) {
  using Kind = Topic::Kind;
  const bool has_queue =
      topic.kind == Kind::conversations || topic.kind == Kind::history || topic.kind == Kind::tail;
  return fmt::format("{}{}{}", name_of(topic.kind), has_queue ? ":" : "", topic.queue);
}

Result<std::vector<Topic>> parse_topics(std::string_view value) {
  std::vector<Topic> topics;
  if (value.empty())
    return refuse("There is no topic to follow: name some, as topics=server,queues.");
  for (const auto& each : std::views::split(value, ',')) {
    const std::string_view text(each);
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view queue = text.substr(std::min(colon + 1, text.size()));
    const auto* const found = std::ranges::find(kinds, text.substr(0, colon));
    if (found == kinds.end()) {
      return refuse(
          fmt::format("There is no topic \"{}\". There are server, queues, topics, "
                      "activity, conversations:QUEUE, history:QUEUE and tail:QUEUE.",
                      shown(text)));
    }
    const auto kind = static_cast<Topic::Kind>(found - kinds.begin());
    if (!fits(kind, queue)) {
      return refuse(fmt::format(
          "Topic \"{}\" must be KIND or KIND:QUEUE. conversations needs a queue, history and tail "
          "may have one, others have none; a queue's name is 1 to 80 letters, digits, hyphens and "
          "underscores, that of a FIFO queue ends with .fifo.",
          shown(text)));
    }
    Topic topic{.kind = kind, .queue = std::string(queue)};
    if (std::ranges::find(topics, topic) == topics.end()) topics.push_back(std::move(topic));
    if (topics.size() > topics_max)
      return refuse(fmt::format("A stream has at most {} topics.", topics_max));
  }
  return topics;
}

}  // namespace mailrail::console
