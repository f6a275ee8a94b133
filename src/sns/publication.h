// Publication: what SNS keeps of a published message, as bytes inside its Published fact: for ever,
// like the facts.
//
// The engine never looks into it. It has all that a delivery is rendered from, however much later,
// when the topic may be gone: but not its ids, time, group and deduplication id, which the fact
// has. Each protocol may have a text of its own. What one endpoint alone is asked, to confirm that
// it subscribes or is unsubscribed, is a publication too, of a kind of its own.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/topic.h"

namespace mailrail::sns {

struct PublishedAttribute {
  std::string_view name;
  std::string_view data_type;
  std::string_view value;
  bool is_binary = false;

  friend bool operator==(const PublishedAttribute&, const PublishedAttribute&) = default;
};

// On disk, like the next one, so their numbers never change.
enum class PublicationKind : std::uint8_t {
  notification = 0,
  subscription_confirmation = 1,
  unsubscribe_confirmation = 2,
};

// How it is signed; AWS's numbers.
enum class SignatureVersion : std::uint8_t { sha1 = 1, sha256 = 2 };

// Everything in it is lent.
struct Publication {
  std::string_view region;
  std::string_view account;
  std::string_view topic;
  std::string_view endpoint;      // As the publisher wrote it: URLs in notifications begin with it.
  std::string_view trace_header;  // Empty: none.
  std::string_view subject;       // Empty: none.
  std::vector<PublishedAttribute> attributes;  // In the order of their names.
  std::map<engine::Protocol, std::string_view> texts_by_protocol;
  std::string_view text;  // For the other protocols.
  PublicationKind kind = PublicationKind::notification;
  SignatureVersion signature_version = SignatureVersion::sha1;  // Of a notification.

  std::string_view text_for(engine::Protocol protocol) const {
    const auto own = texts_by_protocol.find(protocol);
    return own == texts_by_protocol.end() ? text : own->second;
  }

  engine::TopicName topic_name() const {
    return {
        .region = std::string(region), .account = std::string(account), .name = std::string(topic)};
  }
};

std::string encode_publication(const Publication& publication);

// What asks an endpoint to confirm: of this topic, with URLs that begin with `endpoint`. Its text
// is made when it is rendered.
std::string encode_confirmation(PublicationKind kind,
                                const engine::TopicName& topic,
                                std::string_view endpoint);

// In a record as it was encoded: the topic, which knows the version, is met after that.
void set_signature_version(std::string& record, SignatureVersion version);

// Views point into `bytes`.
Result<Publication> decode_publication(std::string_view bytes);

}  // namespace mailrail::sns
