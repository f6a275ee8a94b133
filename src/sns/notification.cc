#include "sns/notification.h"

#include <optional>

#include <fmt/format.h>

#include "sns/arn.h"
#include "sns/envelope.h"

namespace mailrail::sns {
namespace {

// Who sends SNS's messages to queues, as every queue of AWS shows it.
constexpr std::string_view sender_id = "AIDAISMY7JYY5F7RTT6AO";

bool is_fifo(const Publication& publication) { return publication.topic.ends_with(".fifo"); }

// What a notification says of itself, whether it is signed or not.
struct Contents {
  std::string topic_arn;
  std::string_view text;
  std::string timestamp;
};

Contents contents_of(const Publication& publication,
                     engine::Protocol protocol,
                     const NotificationIds& ids) {
  return {.topic_arn = topic_arn(publication.topic_name()),
          .text = publication.text_for(protocol),
          .timestamp = timestamp(ids.published)};
}

std::string text_to_sign_of(const Publication& publication,
                            const Contents& contents,
                            const NotificationIds& ids) {
  const SignedMember message{.name = "Message", .value = contents.text};
  const SignedMember id{.name = "MessageId", .value = ids.message};
  const SignedMember at{.name = "Timestamp", .value = contents.timestamp};
  const SignedMember topic{.name = "TopicArn", .value = contents.topic_arn};
  const SignedMember type{.name = "Type", .value = "Notification"};
  if (publication.subject.empty()) return text_to_sign({message, id, at, topic, type});
  const SignedMember subject{.name = "Subject", .value = publication.subject};
  return text_to_sign({message, id, subject, at, topic, type});
}

std::string render(const Publication& publication,
                   const Contents& contents,
                   const NotificationIds& ids,
                   const std::optional<Signature>& signature) {
  Envelope envelope;
  envelope.member("Type", "Notification");
  envelope.member("MessageId", ids.message);
  if (!ids.sequence_number.empty()) envelope.member("SequenceNumber", ids.sequence_number);
  envelope.member("TopicArn", contents.topic_arn);
  if (!publication.subject.empty()) envelope.member("Subject", publication.subject);
  envelope.member("Message", contents.text);
  envelope.member("Timestamp", contents.timestamp);
  if (signature) envelope.signature(*signature);
  envelope.member("UnsubscribeURL",
                  fmt::format("{}/?Action=Unsubscribe&SubscriptionArn={}", publication.endpoint,
                              subscription_arn(publication.topic_name(), ids.subscription)));
  if (!publication.attributes.empty()) envelope.attributes(publication.attributes);
  return std::move(envelope).finish();
}

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
                      const NotificationIds& ids,
                      signing::Signer& signer) {
  const Contents contents = contents_of(publication, protocol, ids);
  std::optional<Signature> signature;
  if (!is_fifo(publication)) {
    signature = sign(signer, publication.signature_version,
                     text_to_sign_of(publication, contents, ids), publication.endpoint);
  }
  return render(publication, contents, ids, signature);
}

std::size_t enveloped_size(const Publication& publication,
                           engine::Protocol protocol,
                           const engine::Identity& identity) {
  const NotificationIds ids = ids_of(identity, engine::Sent{}, engine::Share{}, publication);
  std::optional<Signature> signature;
  if (!is_fifo(publication)) signature = unsigned_signature(publication.endpoint);
  return render(publication, contents_of(publication, protocol, ids), ids, signature).size();
}

Result<api::TopicMessage> read_topic_message(const engine::Identity& identity,
                                             signing::Signer& signer,
                                             const engine::Sent& sent,
                                             const engine::Share& share) {
  const Publication publication = TRY(decode_publication(sent.record));
  api::TopicMessage message{.body = {},
                            .attributes = {},
                            .sender_id = std::string(sender_id),
                            .trace_header = std::string(publication.trace_header)};
  if (!share.is_raw) {
    message.body =
        enveloped(publication, share.protocol, ids_of(identity, sent, share, publication), signer);
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
