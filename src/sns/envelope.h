// Envelope: the JSON text in which a subscriber gets what SNS tells it, spaced and indented as AWS
// does it, and what of it is signed.
//
// Members stand in the order in which they are added. Who signs does so over names and values, not
// over the JSON text: a subscriber may have parsed it.

#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "signing/signer.h"
#include "sns/publication.h"

namespace mailrail::sns {

// `2012-04-25T21:49:25.719Z`
std::string timestamp(Instant instant);

struct SignedMember {
  std::string_view name;
  std::string_view value;
};

// Of members in AWS's order, which is that of their names; one that is not there is left out.
std::string text_to_sign(std::initializer_list<SignedMember> members);

// What an envelope says of its signature.
struct Signature {
  SignatureVersion version = SignatureVersion::sha1;
  std::string text;
  std::string certificate_url;
};

// `endpoint` is where the subscriber finds the server.
Signature sign(signing::Signer& signer,
               SignatureVersion version,
               std::string_view text,
               std::string_view endpoint);

// As long as any that sign() makes for the endpoint.
Signature unsigned_signature(std::string_view endpoint);

class Envelope {
 public:
  void member(std::string_view name, std::string_view text);
  // `SignatureVersion` and what belongs to it.
  void signature(const Signature& signature);
  void attributes(std::span<const PublishedAttribute> attributes);

  std::string finish() && { return std::move(text_) + "\n}"; }

 private:
  void add(std::string_view name, std::string_view json);

  std::string text_ = "{";
};

}  // namespace mailrail::sns
