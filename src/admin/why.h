// Why: what a conversation waits for, as a sentence for a person.
//
// "Conversation 42 of chat.fifo is blocked by message X, received 14 times, the last time by app-2,
// visible again in 25 s." It says what was so when it was asked, and who could do what about it.

#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "engine/inspection.h"

namespace mailrail::admin {

struct AboutConversation {
  const engine::InspectedConversation& conversation;
  const engine::QueueName& queue;
  std::string_view head;  // The first message's id.
  Instant now;
};

std::string why(const AboutConversation& about);

// "25 s", "3 min 5 s", "11 h 59 min", "2 d 3 h"; rounded up to whole seconds.
std::string in_words(Duration time);

}  // namespace mailrail::admin
