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
constexpr std::array<std::string_view, 8> kinds = {
    "server", "queues", "conversations", "consumers", "history", "tail", "topics", "activity"};

std::unexpected<Error> refuse(std::string sentence) {
  return fail(api::errors::invalid_parameter_value, std::move(sentence));
}

bool is_queue_name(std::string_view name) {
  const auto type = sqs::is_fifo_name(name) ? sqs::QueueType::fifo : sqs::QueueType::standard;
  return sqs::check_queue_name(name, type).has_value();
}

// Whether it is about a queue, or may be.
enum class Named : std::uint8_t { always, perhaps, never };
Named named(Topic::Kind kind) {
  using Kind = Topic::Kind;
  if (kind == Kind::conversations || kind == Kind::consumers) return Named::always;
  return kind == Kind::history || kind == Kind::tail ? Named::perhaps : Named::never;
}

bool fits(Topic::Kind kind, std::string_view queue) {
  if (queue.empty()) return named(kind) != Named::always;
  return named(kind) != Named::never && is_queue_name(queue);
}

}  // namespace

std::string_view name_of(Topic::Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::string text_of(const Topic& topic) {
  const bool has_queue = named(topic.kind) != Named::never;
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
                      "activity, conversations:QUEUE, consumers:QUEUE, history:QUEUE and "
                      "tail:QUEUE.",
                      shown(text)));
    }
    const auto kind = static_cast<Topic::Kind>(found - kinds.begin());
    if (!fits(kind, queue)) {
      return refuse(fmt::format(
          "Topic \"{}\" must be KIND or KIND:QUEUE. conversations and consumers need a queue, "
          "history and tail may have one, others have none; a queue's name is 1 to 80 letters, "
          "digits, hyphens and underscores, that of a FIFO queue ends with .fifo.",
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
