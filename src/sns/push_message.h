// PushMessage: what an HTTP(S) endpoint is sent, to the byte: a notification, in its envelope or
// raw, or what asks it to confirm that it subscribes or is unsubscribed.
//
// Made from a message of the subscription's delivery queue and from what the subscription says
// then. The same message gives the same request, however often it is tried. A notification is one
// of a publication, which many may share; what asks to confirm is a message of its own.

#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/fact.h"
#include "engine/identity.h"
#include "engine/topic.h"
#include "http/headers.h"
#include "signing/signer.h"
#include "sns/publication.h"

namespace mailrail::sns {

struct PushTarget {
  SubscriptionId subscription = {};
  engine::Protocol protocol = engine::Protocol::http;
  std::string endpoint = {};      // The subscriber's URL.
  std::string content_type = {};  // Of notifications; DeliveryTerms has it.
  // The topic's now; a notification keeps the one that it was published with.
  SignatureVersion signature_version = SignatureVersion::sha1;
};

// To be sent by POST. What HTTP itself needs (Host, Content-Length) is not among the headers.
struct PushRequest {
  std::string url;
  http::Headers headers;
  std::string body;
  // What a queue would show of it, its attributes counted; nothing: no queue could show it.
  std::optional<std::size_t> queue_bytes = {};
};

// Fails if the message's record cannot be read, or is not of a kind that an endpoint is sent.
Result<PushRequest> push_request(const engine::ReceivedMessage& message,
                                 const engine::Sent& sent,
                                 const PushTarget& target,
                                 const engine::Identity& identity,
                                 signing::Signer& signer);

}  // namespace mailrail::sns
