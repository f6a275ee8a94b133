#include "sns/notification.h"

#include <span>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "base/json.h"
#include "sns/arn.h"

namespace mailrail::sns {
namespace {

// Who sends SNS's messages to queues, as every queue of AWS shows it.
constexpr std::string_view sender_id = "AIDAISMY7JYY5F7RTT6AO";

std::string json_string(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);
  return out;
}

std::string timestamp(Instant instant) {
  const std::int64_t ms = unix_ms(instant);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(ms / 1000)), ms % 1000);
}

bool is_fifo(const Publication& publication) { return publication.topic.ends_with(".fifo"); }

// Spaced and indented as AWS does it.
class Envelope {
 public:
  void member(std::string_view name, std::string_view text) { add(name, json_string(text)); }

  void attributes(std::span<const PublishedAttribute> attributes) {
    std::string object = "{";
    for (const PublishedAttribute& each : attributes) {
      object += fmt::format(
          "{}\n    {} : {{\"Type\":{},\"Value\":{}}}", &each == attributes.data() ? "" : ",",
          json_string(each.name), json_string(each.data_type),
          json_string(each.is_binary ? base64(each.value) : std::string(each.value)));
    }
    add("MessageAttributes", object + "\n  }");
  }

  std::string finish() && { return std::move(text_) + "\n}"; }

 private:
  void add(std::string_view name, std::string_view json) {
    text_ += fmt::format("{}\n  \"{}\" : {}", text_.size() == 1 ? "" : ",", name, json);
  }

  std::string text_ = "{";
};

}  // namespace

NotificationIds ids_of(const engine::Identity& identity,
                       const engine::Sent& sent,
                       const engine::Share& share,
                       const Publication& publication) {
  return {.message = identity.publication_id(share.topic, share.publication),
          .sequence_number =
              is_fifo(publication) ? engine::sequence_number(share.publication) : std::string(),
          .subscription = identity.subscription_id(share.subscription),
          .published = sent.at};
}

std::string enveloped(const Publication& publication,
                      engine::Protocol protocol,
                      const NotificationIds& ids) {
  const engine::TopicName topic = publication.topic_name();
  Envelope envelope;
  envelope.member("Type", "Notification");
  envelope.member("MessageId", ids.message);
  if (!ids.sequence_number.empty()) envelope.member("SequenceNumber", ids.sequence_number);
  envelope.member("TopicArn", topic_arn(topic));
  if (!publication.subject.empty()) envelope.member("Subject", publication.subject);
  envelope.member("Message", publication.text_for(protocol));
  envelope.member("Timestamp", timestamp(ids.published));
  envelope.member("UnsubscribeURL",
                  fmt::format("{}/?Action=Unsubscribe&SubscriptionArn={}", publication.endpoint,
                              subscription_arn(topic, ids.subscription)));
  if (!publication.attributes.empty()) envelope.attributes(publication.attributes);
  return std::move(envelope).finish();
}

Result<api::TopicMessage> read_topic_message(const engine::Identity& identity,
                                             const engine::Sent& sent,
                                             const engine::Share& share) {
  const Publication publication = TRY(decode_publication(sent.record));
  api::TopicMessage message{.body = {},
                            .attributes = {},
                            .sender_id = std::string(sender_id),
                            .trace_header = std::string(publication.trace_header)};
  if (!share.is_raw) {
    message.body =
        enveloped(publication, share.protocol, ids_of(identity, sent, share, publication));
    return message;
  }
  message.body = publication.text_for(share.protocol);
  for (const PublishedAttribute& each : publication.attributes) {
    message.attributes.push_back({.name = std::string(each.name),
                                  .data_type = std::string(each.data_type),
                                  .value = std::string(each.value),
                                  .is_binary = each.is_binary});
  }
  return message;
}

}  // namespace mailrail::sns
