// Notification: what a subscriber is sent of a publication: in an envelope, which is a JSON text
// with all that is known of it, or raw, which is the message and its attributes alone.
//
// Rendered when it is received, from what was stored once for all subscribers; the same
// publication, subscription and ids give the same bytes, always.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/topic_message.h"
#include "base/time.h"
#include "engine/entry.h"
#include "engine/fact.h"
#include "engine/identity.h"
#include "signing/signer.h"
#include "sns/publication.h"

namespace mailrail::sns {

// What only the server knows of it.
struct NotificationIds {
  std::string message;
  std::string sequence_number;  // Empty: the topic has none.
  std::string subscription;     // The last part of its ARN.
  Instant published;
};

NotificationIds ids_of(const engine::Identity& identity,
                       const engine::Sent& sent,
                       const engine::Share& share,
                       const Publication& publication);

// Signed as the publication says, but not if its topic is a FIFO topic: AWS signs none of those.
std::string enveloped(const Publication& publication,
                      engine::Protocol protocol,
                      const NotificationIds& ids,
                      signing::Signer& signer);

// Of what that returns; the same for all subscribers, as ids and signatures are of one length.
std::size_t enveloped_size(const Publication& publication,
                           engine::Protocol protocol,
                           const engine::Identity& identity);

// The message as a queue shows it; ReadTopicMessage of this service.
Result<api::TopicMessage> read_topic_message(const engine::Identity& identity,
                                             signing::Signer& signer,
                                             const engine::Sent& sent,
                                             const engine::Share& share);

}  // namespace mailrail::sns
