// States: how the administrative API spells what messages and conversations are.
// Programs match on these words, so they stay as they are.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/inspection.h"

namespace mailrail::admin {

std::string_view name_of(engine::MessageState state);
std::string_view name_of(engine::ConversationState state);

// Of a parameter State; nothing if it was not given.
Result<std::optional<engine::MessageState>> read_message_state(
    const std::optional<std::string>& name);
Result<std::optional<engine::ConversationState>> read_conversation_state(
    const std::optional<std::string>& name);

}  // namespace mailrail::admin
