#include "sns/prepared_message.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "engine/limits.h"
#include "sns/characters.h"
#include "sns/errors.h"
#include "sns/limits.h"
#include "sns/message_attributes.h"
#include "sns/notification.h"
#include "sns/publication.h"
#include "sns/texts.h"

namespace mailrail::sns {
namespace {

bool is_subject(std::string_view subject) {
  const auto is_control = [](char each) {
    return static_cast<unsigned char>(each) < 0x20 || each == '\x7f';
  };
  return !subject.empty() && character_count(subject) <= limits::subject_size_max &&
         std::ranges::none_of(subject, is_control);
}

Result<void> check_contents(const Draft& draft) {
  if (draft.subject && !is_subject(*draft.subject)) return errors::invalid_parameter("Subject");
  if (draft.message.value_or("").empty()) return errors::invalid_parameter("Empty message");
  return {};
}

// One that is empty is none.
Result<void> check_id(std::string_view parameter, std::string_view id) {
  const bool is_id = id.size() <= limits::token_size_max &&
                     std::ranges::all_of(id, [](char each) { return each > ' ' && each <= '~'; });
  if (is_id) return {};
  return errors::invalid_parameter(
      {.parameter = parameter,
       .reason =
           "It can only include alphanumeric and punctuation characters. 1 to 128 in length"});
}

Result<void> check_ids(const Draft& draft) {
  TRY(check_id("MessageGroupId", draft.group.value_or("")));
  return check_id("MessageDeduplicationId", draft.deduplication_id.value_or(""));
}

std::string_view trace_header_of(const api::Context& context) {
  const bool is_usable =
      context.trace_header && context.trace_header->size() <= limits::trace_header_bytes_max;
  return is_usable ? std::string_view(*context.trace_header) : std::string_view();
}

// The envelope's size is the same for all subscribers by a protocol, as their ids are of one
// length.
PreparedForm prepare_form(const Draft& draft,
                          const Publication& publication,
                          engine::Protocol protocol,
                          const engine::Identity& identity) {
  const std::string_view text = publication.text_for(protocol);
  return {.event = Event(text, event_attributes(draft.attributes)),
          .enveloped_bytes = enveloped_size(publication, protocol, identity),
          .raw_bytes = text.size() + counted_bytes(draft.attributes),
          .raw_text_bytes = text.size()};
}

void encode(PreparedMessage& message,
            const Draft& draft,
            const Texts& texts,
            const engine::TopicName& topic,
            const api::Context& context) {
  Publication publication{.region = topic.region,
                          .account = topic.account,
                          .topic = topic.name,
                          .endpoint = context.endpoint,
                          .trace_header = trace_header_of(context),
                          .subject = draft.subject ? std::string_view(*draft.subject) : "",
                          .attributes = published_attributes(draft.attributes),
                          .texts_by_protocol = {},
                          .text = texts.text};
  for (const auto& [protocol, text] : texts.by_protocol)
    publication.texts_by_protocol[protocol] = text;
  message.record = encode_publication(publication);
  message.attribute_count = draft.attributes.size();
  for (const engine::Protocol each :
       {engine::Protocol::sqs, engine::Protocol::http, engine::Protocol::https}) {
    const bool has_own = publication.texts_by_protocol.contains(each);
    if (!has_own && message.form) continue;
    PreparedForm form = prepare_form(draft, publication, each, *context.identity);
    if (has_own) {
      message.forms_by_protocol.emplace(each, std::move(form));
    } else {
      message.form = std::move(form);
    }
  }
}

}  // namespace

PreparedMessage prepare_message(const Draft& draft,
                                const engine::TopicName& topic,
                                std::string_view attributes_place,
                                const api::Context& context) {
  const Result<Texts> texts = texts_of(draft.message.value_or(""), draft.structure);
  PreparedMessage message{
      .contents = check_contents(draft),
      .attributes = check_message_attributes(draft.attributes, attributes_place),
      .structure = texts ? Result<void>() : std::unexpected(texts.error()),
      .ids = check_ids(draft),
      .counted_bytes = draft.message.value_or("").size() + counted_bytes(draft.attributes),
      .group = draft.group.value_or(""),
      .deduplication_id = draft.deduplication_id.value_or(""),
      .content_hash = {}};
  if (!message.group.empty() && message.deduplication_id.empty())
    message.content_hash = hex(sha256(draft.message.value_or("")));
  if (message.is_whole()) encode(message, draft, *texts, topic, context);
  return message;
}

Result<void> check_fifo(const engine::Topic& topic, const PreparedMessage& message) {
  if (!topic.attributes.is_fifo) return {};
  if (message.group.empty())
    return errors::invalid_parameter("The MessageGroupId parameter is required for FIFO topics");
  if (message.deduplication_id.empty() && !topic.attributes.content_based_deduplication) {
    return errors::invalid_parameter(
        "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly");
  }
  return {};
}

Result<void> check_for_topic(const engine::Topic& topic, const PreparedMessage& message) {
  if (message.counted_bytes > topic.attributes.message_bytes_max)
    return errors::invalid_parameter("Message too long");
  if (!topic.attributes.is_fifo && !message.deduplication_id.empty()) {
    return errors::invalid_parameter(
        {.parameter = "MessageDeduplicationId",
         .reason = "The request includes MessageDeduplicationId parameter that is not valid for "
                   "this topic type"});
  }
  return {};
}

}  // namespace mailrail::sns
