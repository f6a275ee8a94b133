// PreparedMessage: a message to be published, checked, measured and encoded before the engine
// thread sees it, or what is wrong with it.
//
// Rules that look at the topic (size, type, deduplication) wait for it; so their errors come in
// AWS's order.

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/context.h"
#include "base/result.h"
#include "engine/topic.h"
#include "sns/filter_event.h"
#include "sns/message_shapes.h"

namespace mailrail::sns {

// What a batch entry and a single message have in common.
struct Draft {
  const std::optional<std::string>& message;
  const std::optional<std::string>& subject;
  const std::optional<std::string>& structure;
  const MessageAttributes& attributes;
  const std::optional<std::string>& group;
  const std::optional<std::string>& deduplication_id;
};

template <class Input>
Draft draft_of(const Input& input) {
  return {.message = input.message,
          .subject = input.subject,
          .structure = input.message_structure,
          .attributes = input.message_attributes,
          .group = input.message_group_id,
          .deduplication_id = input.message_deduplication_id};
}

// What is delivered of it by one protocol.
struct PreparedForm {
  Event event;                      // What filters look at.
  std::size_t enveloped_bytes = 0;  // As a queue shows it in an envelope,
  std::size_t raw_bytes = 0;        // and raw, with its attributes.
  std::size_t raw_text_bytes = 0;   // Without them.
};

struct PreparedMessage {
  Result<void> contents;    // Subject and text.
  Result<void> attributes;  // A batch fails whole for these,
  Result<void> structure;   // for that, and for what check_fifo() finds.
  Result<void> ids;         // Of group and deduplication.
  std::size_t counted_bytes = 0;
  std::string group;             // Empty: none.
  std::string deduplication_id;  // Empty: none.
  std::string content_hash;      // Stands in for it where the topic says so.

  // Unless something above is wrong.
  std::string record = {};
  std::map<engine::Protocol, PreparedForm> forms_by_protocol = {};  // Of those with their own text.
  std::optional<PreparedForm> form = {};                            // For the other protocols.
  std::size_t attribute_count = 0;

  bool is_whole() const { return contents && attributes && structure && ids; }
  const PreparedForm& form_for(engine::Protocol protocol) const {
    const auto own = forms_by_protocol.find(protocol);
    return own == forms_by_protocol.end() ? *form : own->second;
  }
};

// `attributes_place` is where attributes were given: `messageAttributes`.
PreparedMessage prepare_message(const Draft& draft,
                                const engine::TopicName& topic,
                                std::string_view attributes_place,
                                const api::Context& context);

// What a FIFO topic demands of any message.
Result<void> check_fifo(const engine::Topic& topic, const PreparedMessage& message);
// What else depends on the topic.
Result<void> check_for_topic(const engine::Topic& topic, const PreparedMessage& message);

}  // namespace mailrail::sns
