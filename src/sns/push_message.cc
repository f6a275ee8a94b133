#include "sns/push_message.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sns/arn.h"
#include "sns/envelope.h"
#include "sns/limits.h"
#include "sns/notification.h"

namespace mailrail::sns {
namespace {

constexpr std::string_view user_agent = "Amazon Simple Notification Service Agent";
constexpr std::string_view accept_encoding = "gzip,deflate";
constexpr std::string_view text_type = "text/plain; charset=UTF-8";

// What the headers say of a message.
struct Described {
  std::string_view type;
  std::string_view id;
  std::string topic_arn;
  std::string subscription_arn;  // Empty: it is not told.
  std::string_view content_type;
  bool is_raw = false;
};

http::Headers headers_of(const Described& message) {
  http::Headers headers;
  headers.add("x-amz-sns-message-type", message.type);
  headers.add("x-amz-sns-message-id", message.id);
  headers.add("x-amz-sns-topic-arn", message.topic_arn);
  if (!message.subscription_arn.empty())
    headers.add("x-amz-sns-subscription-arn", message.subscription_arn);
  if (message.is_raw) headers.add("x-amz-sns-rawdelivery", "true");
  headers.add("Content-Type", message.content_type);
  headers.add("User-Agent", user_agent);
  headers.add("Accept-Encoding", accept_encoding);
  return headers;
}

std::optional<std::size_t> raw_bytes(const Publication& publication, std::string_view text) {
  if (text.empty() || publication.attributes.size() > limits::raw_attributes_max)
    return std::nullopt;
  std::size_t bytes = text.size();
  for (const PublishedAttribute& each : publication.attributes)
    bytes += each.name.size() + each.data_type.size() + each.value.size();
  return bytes;
}

PushRequest notification(const Publication& publication,
                         const NotificationIds& ids,
                         const engine::Share& share,
                         const PushTarget& target,
                         signing::Signer& signer) {
  const bool is_raw = share.is_raw;
  const engine::TopicName topic = publication.topic_name();
  std::string body = is_raw ? std::string(publication.text_for(target.protocol))
                            : enveloped(publication, target.protocol, ids, signer);
  const auto queue_bytes = is_raw ? raw_bytes(publication, body) : std::optional(body.size());
  return {.url = target.endpoint,
          .headers = headers_of({.type = "Notification",
                                 .id = ids.message,
                                 .topic_arn = topic_arn(topic),
                                 .subscription_arn = subscription_arn(topic, ids.subscription),
                                 .content_type = target.content_type,
                                 .is_raw = is_raw}),
          .body = std::move(body),
          .queue_bytes = queue_bytes};
}

// --- Confirmations.

struct Confirmation {
  std::string_view type;
  std::string id;
  std::string token;
  std::string topic_arn;
  std::string text;
  std::string subscribe_url;
  std::string timestamp;
};

std::string_view type_of(PublicationKind kind) {
  return kind == PublicationKind::subscription_confirmation ? "SubscriptionConfirmation"
                                                            : "UnsubscribeConfirmation";
}

std::string text_of(PublicationKind kind,
                    std::string_view topic_arn,
                    std::string_view subscription_arn) {
  if (kind == PublicationKind::subscription_confirmation) {
    return fmt::format(
        "You have chosen to subscribe to the topic {}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.",
        topic_arn);
  }
  return fmt::format(
      "You have chosen to deactivate subscription {}.\n"
      "To cancel this operation and restore the subscription, visit the SubscribeURL included in "
      "this message.",
      subscription_arn);
}

std::string body_of(const Confirmation& confirmation, const Signature& signature) {
  Envelope envelope;
  envelope.member("Type", confirmation.type);
  envelope.member("MessageId", confirmation.id);
  envelope.member("Token", confirmation.token);
  envelope.member("TopicArn", confirmation.topic_arn);
  envelope.member("Message", confirmation.text);
  envelope.member("SubscribeURL", confirmation.subscribe_url);
  envelope.member("Timestamp", confirmation.timestamp);
  envelope.signature(signature);
  return std::move(envelope).finish();
}

std::string text_to_sign_of(const Confirmation& confirmation) {
  return text_to_sign({{.name = "Message", .value = confirmation.text},
                       {.name = "MessageId", .value = confirmation.id},
                       {.name = "SubscribeURL", .value = confirmation.subscribe_url},
                       {.name = "Timestamp", .value = confirmation.timestamp},
                       {.name = "Token", .value = confirmation.token},
                       {.name = "TopicArn", .value = confirmation.topic_arn},
                       {.name = "Type", .value = confirmation.type}});
}

PushRequest confirmation_request(const Publication& publication,
                                 std::string id,
                                 Instant at,
                                 const PushTarget& target,
                                 const engine::Identity& identity,
                                 signing::Signer& signer) {
  const std::string topic = topic_arn(publication.topic_name());
  const std::string subscription =
      subscription_arn(publication.topic_name(), identity.subscription_id(target.subscription));
  const bool restores = publication.kind == PublicationKind::unsubscribe_confirmation;
  const std::string token = identity.endpoint_token(
      target.subscription, restores ? engine::TokenUse::restore : engine::TokenUse::confirm);
  const Confirmation confirmation{
      .type = type_of(publication.kind),
      .id = std::move(id),
      .token = token,
      .topic_arn = topic,
      .text = text_of(publication.kind, topic, subscription),
      .subscribe_url = fmt::format("{}/?Action=ConfirmSubscription&TopicArn={}&Token={}",
                                   publication.endpoint, topic, token),
      .timestamp = timestamp(at)};
  return {.url = target.endpoint,
          .headers = headers_of({.type = confirmation.type,
                                 .id = confirmation.id,
                                 .topic_arn = topic,
                                 .subscription_arn = restores ? subscription : std::string(),
                                 .content_type = text_type}),
          .body = body_of(confirmation, sign(signer, target.signature_version,
                                             text_to_sign_of(confirmation), publication.endpoint))};
}

}  // namespace

Result<PushRequest> push_request(const engine::ReceivedMessage& message,
                                 const engine::Sent& sent,
                                 const PushTarget& target,
                                 const engine::Identity& identity,
                                 signing::Signer& signer) {
  const Publication publication = TRY(decode_publication(sent.record));
  const bool is_notification = publication.kind == PublicationKind::notification;
  if (is_notification != message.share.has_value()) {
    return fail(errors::corrupt, is_notification
                                     ? "a notification without the publication that it is of"
                                     : "a publication of what one endpoint alone is asked");
  }
  if (is_notification) {
    return notification(publication, ids_of(identity, sent, *message.share, publication),
                        *message.share, target, signer);
  }
  return confirmation_request(
      publication, identity.message_id(message.origin_queue, message.origin_seq, message.redrives),
      sent.at, target, identity, signer);
}

}  // namespace mailrail::sns
