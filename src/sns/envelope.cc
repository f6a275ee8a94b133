#include "sns/envelope.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "base/json.h"

namespace mailrail::sns {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);
  return out;
}

}  // namespace

std::string timestamp(Instant instant) {
  const std::int64_t ms = unix_ms(instant);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(ms / 1000)), ms % 1000);
}

std::string text_to_sign(std::initializer_list<SignedMember> members) {
  std::string text;
  for (const SignedMember& each : members)
    text.append(each.name).append("\n").append(each.value).append("\n");
  return text;
}

Signature sign(signing::Signer& signer,
               SignatureVersion version,
               std::string_view text,
               std::string_view endpoint) {
  const auto hash = version == SignatureVersion::sha1 ? signing::Hash::sha1 : signing::Hash::sha256;
  return {.version = version,
          .text = signer.sign(hash, text),
          .certificate_url = fmt::format("{}/{}", endpoint, signer.key().certificate_name())};
}

Signature unsigned_signature(std::string_view endpoint) {
  return {.text = std::string(signing::signature_size, '='),
          .certificate_url =
              fmt::format("{}/{}", endpoint, std::string(signing::certificate_name_size, '-'))};
}

void Envelope::member(std::string_view name, std::string_view text) {
  add(name, json_string(text));
}

void Envelope::signature(const Signature& signature) {
  member("SignatureVersion", fmt::format("{}", static_cast<int>(signature.version)));
  member("Signature", signature.text);
  member("SigningCertURL", signature.certificate_url);
}

void Envelope::attributes(std::span<const PublishedAttribute> attributes) {
  std::string object = "{";
  for (const PublishedAttribute& each : attributes) {
    object += fmt::format(
        "{}\n    {} : {{\"Type\":{},\"Value\":{}}}", &each == attributes.data() ? "" : ",",
        json_string(each.name), json_string(each.data_type),
        json_string(each.is_binary ? base64(each.value) : std::string(each.value)));
  }
  add("MessageAttributes", object + "\n  }");
}

void Envelope::add(std::string_view name, std::string_view json) {
  text_ += fmt::format("{}\n  \"{}\" : {}", text_.size() == 1 ? "" : ",", name, json);
}

}  // namespace mailrail::sns
