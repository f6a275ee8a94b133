#include "sns/publication.h"

#include <optional>

#include "base/bytes.h"
#include "base/check.h"

namespace mailrail::sns {
namespace {

constexpr std::uint8_t record_version = 1;
constexpr std::uint8_t string_carried = 1;
constexpr std::uint8_t binary_carried = 2;

// On disk, so they never change.
std::uint8_t code_of(engine::Protocol protocol) {
  switch (protocol) {
    case engine::Protocol::sqs:
      return 1;
    case engine::Protocol::http:
      return 2;
    case engine::Protocol::https:
      return 3;
  }
  return 0;
}

std::optional<engine::Protocol> protocol_of(std::uint8_t code) {
  using engine::Protocol;
  for (const Protocol each : {Protocol::sqs, Protocol::http, Protocol::https}) {
    if (code_of(each) == code) return each;
  }
  return std::nullopt;
}

bool is_kind(std::uint8_t code) {
  return code <= static_cast<std::uint8_t>(PublicationKind::unsubscribe_confirmation);
}

bool is_signature_version(std::uint8_t code) {
  return code == static_cast<std::uint8_t>(SignatureVersion::sha1) ||
         code == static_cast<std::uint8_t>(SignatureVersion::sha256);
}

std::unexpected<Error> corrupt() {
  return fail(errors::corrupt, "a record of a publication that cannot be read");
}

}  // namespace

std::string encode_publication(const Publication& publication) {
  std::string bytes;
  bytes.reserve(publication.text.size() + 256);
  ByteWriter out(bytes);
  out.u8(record_version);
  out.string(publication.region);
  out.string(publication.account);
  out.string(publication.topic);
  out.string(publication.endpoint);
  out.string(publication.trace_header);
  out.string(publication.subject);
  out.varint(publication.attributes.size());
  for (const PublishedAttribute& each : publication.attributes) {
    out.string(each.name);
    out.string(each.data_type);
    out.u8(each.is_binary ? binary_carried : string_carried);
    out.string(each.value);
  }
  out.varint(publication.texts_by_protocol.size());
  for (const auto& [protocol, text] : publication.texts_by_protocol) {
    out.u8(code_of(protocol));
    out.string(text);
  }
  out.string(publication.text);
  out.u8(static_cast<std::uint8_t>(publication.kind));
  out.u8(static_cast<std::uint8_t>(publication.signature_version));
  return bytes;
}

std::string encode_confirmation(PublicationKind kind,
                                const engine::TopicName& topic,
                                std::string_view endpoint) {
  CHECK(kind != PublicationKind::notification);
  return encode_publication({.region = topic.region,
                             .account = topic.account,
                             .topic = topic.name,
                             .endpoint = endpoint,
                             .trace_header = {},
                             .subject = {},
                             .attributes = {},
                             .texts_by_protocol = {},
                             .text = {},
                             .kind = kind});
}

void set_signature_version(std::string& record, SignatureVersion version) {
  CHECK(!record.empty());
  record.back() = static_cast<char>(version);
}

Result<Publication> decode_publication(std::string_view bytes) {
  ByteReader in(bytes);
  Publication publication;
  if (in.u8() != record_version)
    return fail(errors::corrupt, "a record of a publication of an unknown version");
  publication.region = in.string();
  publication.account = in.string();
  publication.topic = in.string();
  publication.endpoint = in.string();
  publication.trace_header = in.string();
  publication.subject = in.string();
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    PublishedAttribute& each = publication.attributes.emplace_back();
    each.name = in.string();
    each.data_type = in.string();
    const std::uint8_t carried = in.u8();
    if (carried != string_carried && carried != binary_carried) return corrupt();
    each.is_binary = carried == binary_carried;
    each.value = in.string();
  }
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    const std::optional<engine::Protocol> protocol = protocol_of(in.u8());
    if (!protocol) return corrupt();
    publication.texts_by_protocol[*protocol] = in.string();
  }
  publication.text = in.string();
  if (!in.failed() && !in.at_end()) {  // Younger than the record.
    const std::uint8_t kind = in.u8();
    const std::uint8_t version = in.u8();
    if (!is_kind(kind) || !is_signature_version(version)) return corrupt();
    publication.kind = PublicationKind{kind};
    publication.signature_version = SignatureVersion{version};
  }
  if (in.failed()) return corrupt();
  return publication;
}

}  // namespace mailrail::sns
