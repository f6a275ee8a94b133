// Texts: what a message says to each protocol, which MessageStructure `json` lets differ.
// The protocols are those that mailrail delivers by; texts for others are left out.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/topic.h"

namespace mailrail::sns {

struct Texts {
  std::string text;  // For protocols without one of their own.
  std::map<engine::Protocol, std::string> by_protocol = {};

  std::string_view text_for(engine::Protocol protocol) const {
    const auto own = by_protocol.find(protocol);
    return own == by_protocol.end() ? text : own->second;
  }
};

Result<Texts> texts_of(std::string_view message, const std::optional<std::string>& structure);

}  // namespace mailrail::sns
