#include "admin/why.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/shown.h"

namespace mailrail::admin {
namespace {

std::string times(std::uint32_t count) {
  if (count == 0) return "never received";
  return count == 1 ? "received once" : fmt::format("received {} times", count);
}

// How often the first message was received and by whom, and when it is back.
std::string history(const AboutConversation& about) {
  const engine::InspectedMessage& head = about.conversation.head;
  const std::uint32_t count = head.message.receive_count;
  std::string text = times(count);
  if (!head.receiver.empty()) {
    text += fmt::format("{} by {}", count == 1 ? "" : ", the last time", shown(head.receiver));
  } else if (count > 0) {
    text += ", by whom is not known any more";
  }
  if (head.until) text += fmt::format(", visible again in {}", in_words(*head.until - about.now));
  return text;
}

std::string since(const AboutConversation& about) {
  const std::optional<Instant> since = about.conversation.since;
  return since ? fmt::format(" for {}", in_words(about.now - *since)) : std::string();
}

std::string waiting(const AboutConversation& about) {
  const engine::InspectedMessage& head = about.conversation.head;
  if (head.state == engine::MessageState::delayed)
    return fmt::format("is delayed: message {} is visible in {}", about.head,
                       in_words(*head.until - about.now));
  return fmt::format("is free: the next consumer gets message {}, {}", about.head, history(about));
}

std::string blocked(const AboutConversation& about) {
  if (about.conversation.head.state == engine::MessageState::damaged)
    return fmt::format(
        "is blocked by message {}, which is damaged on disk: park the conversation, then discard "
        "the message or drop it all",
        about.head);
  return fmt::format("is blocked{} by message {}, {}", since(about), about.head, history(about));
}

std::string state(const AboutConversation& about) {
  using State = engine::ConversationState;
  switch (about.conversation.state) {
    case State::waiting:
      return waiting(about);
    case State::in_flight:
      return fmt::format("is with a consumer: message {}, {}", about.head, history(about));
    case State::blocked:
      return blocked(about);
    case State::parked:
      return fmt::format("is parked{} at message {}, {}: retry, skip or drop it", since(about),
                         about.head, history(about));
  }
  CHECK(false);
}

}  // namespace

std::string why(const AboutConversation& about) {
  return fmt::format("Conversation {} of {} {}.", shown(about.conversation.group), about.queue.name,
                     state(about));
}

std::string in_words(Duration time) {
  const std::int64_t seconds =
      std::chrono::ceil<std::chrono::seconds>(std::max(time, Duration(0))).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{} d {} h", seconds / 86'400, seconds % 86'400 / 3600);
}

}  // namespace mailrail::admin
