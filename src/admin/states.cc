#include "admin/states.h"

#include <algorithm>
#include <array>

#include "sqs/errors.h"

namespace mailrail::admin {
namespace {

// By the number of the state.
constexpr std::array<std::string_view, 6> message_states{"Visible", "InFlight", "Delayed",
                                                         "Blocked", "Parked",   "Damaged"};
constexpr std::array<std::string_view, 4> conversation_states{"Waiting", "InFlight", "Blocked",
                                                              "Parked"};

template <class State, std::size_t count>
Result<std::optional<State>> read(const std::array<std::string_view, count>& names,
                                  const std::optional<std::string>& name,
                                  std::string_view reason) {
  if (!name) return std::optional<State>();
  const auto found = std::ranges::find(names, *name);
  if (found == names.end()) return sqs::errors::invalid_parameter({"State", *name}, reason);
  return std::optional(static_cast<State>(found - names.begin()));
}

}  // namespace

std::string_view name_of(engine::MessageState state) {
  return message_states[static_cast<std::size_t>(state)];
}

std::string_view name_of(engine::ConversationState state) {
  return conversation_states[static_cast<std::size_t>(state)];
}

Result<std::optional<engine::MessageState>> read_message_state(
    const std::optional<std::string>& name) {
  return read<engine::MessageState>(
      message_states, name, "It must be Visible, InFlight, Delayed, Blocked, Parked or Damaged");
}

Result<std::optional<engine::ConversationState>> read_conversation_state(
    const std::optional<std::string>& name) {
  return read<engine::ConversationState>(conversation_states, name,
                                         "It must be Waiting, InFlight, Blocked or Parked");
}

}  // namespace mailrail::admin
