#include "console/topic.h"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

#include "api/errors.h"
#include "base/shown.h"

namespace mailrail::console {
namespace {

// By the number of the kind.
constexpr std::array<std::string_view, 7> kinds = {"server", "queues", "conversations", "history",
                                                   "tail",   "topics", "activity"};

// "A queue name can have up to 80 characters." (SQS API reference)
constexpr std::size_t queue_bytes_max = 80;

std::unexpected<Error> refuse(std::string sentence) {
  return fail(api::errors::invalid_parameter_value, std::move(sentence));
}

bool is_queue_name(std::string_view name) {
  return name.size() <= queue_bytes_max && std::ranges::all_of(name, [](char each) {
           return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                  (each >= '0' && each <= '9') || each == '-' || each == '_' || each == '.';
         });
}

// Which need the name of a queue, and which may have one.
bool fits(Topic::Kind kind, std::string_view queue) {
  if (kind == Topic::Kind::conversations) return !queue.empty();
  return queue.empty() || kind == Topic::Kind::history || kind == Topic::Kind::tail;
}

int digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

}  // namespace

std::string_view name_of(Topic::Kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

std::string text_of(const Topic& topic) {
  using Kind = Topic::Kind;
  const bool has_queue =
      topic.kind == Kind::conversations || topic.kind == Kind::history || topic.kind == Kind::tail;
  return fmt::format("{}{}{}", name_of(topic.kind), has_queue ? ":" : "", topic.queue);
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = digit(text[at + 1]);
    const int low = digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

std::string_view raw_parameter(std::string_view query, std::string_view name) {
  for (const auto& each : std::views::split(query, '&')) {
    const std::string_view pair(each);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) == name) return pair.substr(std::min(equals + 1, pair.size()));
  }
  return {};
}

Result<std::vector<Topic>> parse_topics(std::string_view value) {
  std::vector<Topic> topics;
  if (value.empty())
    return refuse("There is no topic to follow: name some, as topics=server,queues.");
  for (const auto& each : std::views::split(value, ',')) {
    const std::optional<std::string> text = decoded(std::string_view(each));
    if (!text) return refuse("The topics cannot be read: their percent-encoding is broken.");
    const std::size_t colon = std::min(text->find(':'), text->size());
    const std::string_view kind = std::string_view(*text).substr(0, colon);
    const std::string_view queue =
        std::string_view(*text).substr(std::min(colon + 1, text->size()));
    const auto* const found = std::ranges::find(kinds, kind);
    if (found == kinds.end()) {
      return refuse(
          fmt::format("There is no topic \"{}\". There are server, queues, topics, "
                      "activity, conversations:QUEUE, history:QUEUE and tail:QUEUE.",
                      shown(*text)));
    }
    Topic topic{.kind = static_cast<Topic::Kind>(found - kinds.begin()),
                .queue = std::string(queue)};
    if (!is_queue_name(queue) || !fits(topic.kind, queue))
      return refuse(fmt::format("\"{}\" names no queue as it should.", shown(*text)));
    if (std::ranges::find(topics, topic) == topics.end()) topics.push_back(std::move(topic));
    if (topics.size() > topics_max)
      return refuse(fmt::format("A stream has at most {} topics.", topics_max));
  }
  return topics;
}

}  // namespace mailrail::console
