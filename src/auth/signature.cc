#include "auth/signature.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "auth/caller.h"
#include "auth/canonical_request.h"
#include "auth/errors.h"
#include "auth/limits.h"
#include "base/digest.h"
#include "base/parts.h"
#include "base/shown.h"
#include "http/target.h"

namespace mailrail::auth {
namespace {

constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
constexpr std::string_view mismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";

std::unexpected<Error> incomplete(std::string sentence) {
  return fail(errors::incomplete_signature, std::move(sentence));
}

std::unexpected<Error> invalid(std::string sentence) {
  return fail(errors::invalid_signature, std::move(sentence));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// What headers and URLs say, by the same names.
struct Said {
  std::optional<std::string> credential;
  std::optional<std::string> signed_headers;
  std::optional<std::string> signature;
};

// --- What both places have in common.

Result<void> read_credential(const std::string& credential, Signature& into) {
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  for (const std::string_view each : Parts(credential, '/')) {
    if (count < parts.size()) parts[count] = each;
    ++count;
  }
  if (count != parts.size() || !is_plain_text(credential) || parts[0].empty() || parts[2].empty()) {
    return incomplete(
        "Credential must have exactly 5 slash-delimited elements, e.g. "
        "keyid/date/region/service/term.");
  }
  if (parts[0].size() > user_bytes_max)
    return incomplete(fmt::format("An access key id has at most {} characters.", user_bytes_max));
  if (parts[4] != scope_end) {
    return invalid(
        fmt::format("Credential should be scoped with a valid terminator: '{}', not '{}'.",
                    scope_end, shown(parts[4])));
  }
  if (!is_region(parts[2]))
    return invalid("Credential should be scoped to a valid region, like us-east-1.");
  if (parts[3].empty()) return invalid("Credential should be scoped to a service, like sqs.");
  into.key_id = parts[0];
  into.scope = {.date = std::string(parts[1]),
                .region = std::string(parts[2]),
                .service = std::string(parts[3])};
  return {};
}

bool is_lower_case(std::string_view name) {
  return !name.empty() && std::ranges::none_of(name, [](char each) {
    return (each >= 'A' && each <= 'Z') || each <= ' ' || each > '~';
  });
}

Result<void> read_signed_headers(std::string names, Signature& into) {
  std::size_t count = 0;
  for (const std::string_view each : Parts(names, ';')) {
    if (!is_lower_case(each))
      return incomplete("SignedHeaders must be names in lower case with ';' between them.");
    if (++count > signed_headers_max)
      return incomplete(fmt::format("At most {} headers can be signed.", signed_headers_max));
  }
  into.signed_headers = std::move(names);
  return {};
}

bool is_signed(const Signature& signature, std::string_view header) {
  return std::ranges::any_of(Parts(signature.signed_headers, ';'), [&](std::string_view each) {
    return http::equal_ignoring_case(each, header);
  });
}

// Or whoever hands the request on could change what it means.
Result<void> expect_signed_what_counts(const http::Request& request, const Signature& signature) {
  if (!is_signed(signature, "host"))
    return invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  constexpr std::string_view ours = "x-amz-";
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const std::string_view name = request.headers[i].name;
    if (http::equal_ignoring_case(name.substr(0, ours.size()), ours) &&
        !is_signed(signature, name)) {
      return invalid(fmt::format("'{}' must be a 'SignedHeader' in the AWS Authorization.",
                                 is_plain_text(name) ? shown(name) : ours));
    }
  }
  return {};
}

// As it is signed, `.` and `..` are resolved, and as a queue is looked for they are not.
Result<void> expect_plain_path(const http::Request& request) {
  for (const std::string_view each : Parts(http::path_of(request.target), '/')) {
    if (each == "." || each == "..")
      return invalid("A path with '.' or '..' in it cannot be verified.");
  }
  return {};
}

Result<void> read_time(std::string time, Signature& into) {
  const std::optional<Instant> instant = parse_signature_time(time);
  if (!instant) {
    return incomplete(
        fmt::format("Date must be in ISO-8601 'basic format', like 20150830T123600Z. Got '{}'.",
                    is_plain_text(time) ? shown(time) : "what is no text"));
  }
  if (into.scope.date != std::string_view(time).substr(0, 8)) {
    return invalid(fmt::format(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'{}' != '{}', from '{}'.",
        shown(into.scope.date), time.substr(0, 8), time));
  }
  into.signed_at = *instant;
  into.time = std::move(time);
  return {};
}

Result<Signature> read_parts(const http::Request& request, Said said) {
  Signature signature;
  TRY(read_credential(*said.credential, signature));
  TRY(read_signed_headers(*std::move(said.signed_headers), signature));
  TRY(expect_signed_what_counts(request, signature));
  TRY(expect_plain_path(request));
  signature.text = *std::move(said.signature);
  return signature;
}

// --- In headers.

Result<Said> read_authorization(std::string_view authorization) {
  if (!authorization.starts_with(signature_algorithm)) {
    return incomplete(
        fmt::format("The Authorization header must begin with '{}'.", signature_algorithm));
  }
  authorization.remove_prefix(signature_algorithm.size());
  Said said;
  for (const std::string_view part : Parts(authorization, ',')) {
    const std::string_view each = trimmed(part);
    const std::string_view name = each.substr(0, each.find('='));
    std::optional<std::string>* const place = name == "Credential"      ? &said.credential
                                              : name == "SignedHeaders" ? &said.signed_headers
                                              : name == "Signature"     ? &said.signature
                                                                        : nullptr;
    if (place == nullptr || place->has_value() || name.size() == each.size()) {
      return incomplete(
          "The Authorization header must have 'Credential', 'SignedHeaders' and 'Signature', once "
          "each, with commas between them.");
    }
    *place = each.substr(name.size() + 1);
  }
  for (const auto& [value, name] :
       {std::pair(&said.credential, "Credential"), std::pair(&said.signed_headers, "SignedHeaders"),
        std::pair(&said.signature, "Signature")}) {
    if (!value->has_value())
      return incomplete(fmt::format("Authorization header requires '{}' parameter.", name));
  }
  return said;
}

Result<Signature> read_from_headers(const http::Request& request) {
  for (const std::string_view each :
       {"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"}) {
    if (request.headers.count(each) > 1)
      return incomplete(fmt::format("The header {} must be there once.", each));
  }
  Said said = TRY(read_authorization(request.header("Authorization")));
  Signature signature = TRY(read_parts(request, std::move(said)));
  const auto date = request.headers.find("X-Amz-Date");
  if (!date) return incomplete("Authorization header requires existence of a 'X-Amz-Date' header.");
  TRY(read_time(std::string(*date), signature));
  signature.session_token = request.header("X-Amz-Security-Token");
  if (const auto hash = request.headers.find("X-Amz-Content-Sha256"))
    signature.payload_hash = *hash;
  return signature;
}

// --- In a URL.

// Those of AWS's names, each at most once.
class UrlParameters {
 public:
  static Result<UrlParameters> read(const http::Request& request) {
    UrlParameters found;
    for (QueryParameter& each : query_parameters(http::query_string_of(request.target))) {
      if (!each.name.starts_with("X-Amz-")) continue;
      if (found.find(each.name))
        return incomplete("No query-string parameter of AWS's may be there twice.");
      found.parameters_.push_back(std::move(each));
    }
    return found;
  }

  std::optional<std::string_view> find(std::string_view name) const {
    const auto found = std::ranges::find(parameters_, name, &QueryParameter::name);
    if (found == parameters_.end()) return std::nullopt;
    return found->value;
  }

 private:
  std::vector<QueryParameter> parameters_;
};

Result<Duration> read_lasting(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  const std::int64_t max = presigned_for_max / 1s;
  if (!is_number || seconds < 1 || seconds > max) {
    return incomplete(fmt::format(
        "X-Amz-Expires must be a number of seconds from 1 to {}, which is a week.", max));
  }
  return std::chrono::seconds(seconds);
}

Result<Signature> read_from_url(const http::Request& request) {
  const UrlParameters parameters = TRY(UrlParameters::read(request));
  for (const std::string_view each : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date",
                                      "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"}) {
    if (!parameters.find(each))
      return incomplete(fmt::format("AWS query-string parameters must include '{}'.", each));
  }
  if (parameters.find("X-Amz-Algorithm") != signature_algorithm)
    return incomplete(fmt::format("X-Amz-Algorithm must be '{}'.", signature_algorithm));
  Signature signature = TRY(
      read_parts(request, {.credential = std::string(*parameters.find("X-Amz-Credential")),
                           .signed_headers = std::string(*parameters.find("X-Amz-SignedHeaders")),
                           .signature = std::string(*parameters.find("X-Amz-Signature"))}));
  TRY(read_time(std::string(*parameters.find("X-Amz-Date")), signature));
  signature.lasts = TRY(read_lasting(*parameters.find("X-Amz-Expires")));
  signature.session_token = parameters.find("X-Amz-Security-Token").value_or("");
  const auto in_header = request.headers.find("X-Amz-Content-Sha256");
  if (const auto said = in_header ? in_header : parameters.find("X-Amz-Content-Sha256"))
    signature.payload_hash = *said;
  return signature;
}

bool is_presigned(const http::Request& request) {
  return std::ranges::any_of(
      query_parameters(http::query_string_of(request.target)), [](const QueryParameter& each) {
        return each.name == "X-Amz-Signature" || each.name == "X-Amz-Credential" ||
               each.name == "X-Amz-Algorithm";
      });
}

bool is_signed_by_version_2(const http::Request& request) {
  return std::ranges::any_of(
      query_parameters(http::query_string_of(request.target)),
      [](const QueryParameter& each) { return each.name == "AWSAccessKeyId"; });
}

// The hash that was signed.
Result<std::string> payload_hash_of(const Signature& signature, const http::Request& request) {
  const std::optional<std::string>& said = signature.payload_hash;
  if (said == unsigned_payload) return *said;
  if (said && said->starts_with("STREAMING-")) {
    return invalid(
        "A body that is signed in chunks (x-amz-content-sha256: STREAMING-...) is S3's; here it is "
        "signed whole.");
  }
  std::string computed = hex(sha256(request.body));
  if (said && *said != computed)
    return invalid("The x-amz-content-sha256 header is not the SHA-256 of the body.");
  return computed;
}

}  // namespace

Result<std::optional<Signature>> read_signature(const http::Request& request) {
  const bool is_in_headers = request.headers.find("Authorization").has_value();
  const bool is_in_url = is_presigned(request);
  if (is_in_headers && is_in_url)
    return incomplete("A request is signed in its headers or in its URL, not in both.");
  if (is_in_headers) return TRY(read_from_headers(request));
  if (is_in_url) return TRY(read_from_url(request));
  if (is_signed_by_version_2(request))
    return incomplete("Requests are signed by Signature Version 4 here, not by an older one.");
  return std::nullopt;
}

Result<void> expect_in_time(const Signature& signature, Instant now) {
  if (signature.signed_at > now + clock_skew_max) {
    return invalid(
        fmt::format("Signature not yet current: {} is still later than {} ({} + 15 min.)",
                    signature.time, signature_time(now + clock_skew_max), signature_time(now)));
  }
  if (signature.lasts) {
    if (now <= signature.signed_at + *signature.lasts) return {};
    return fail(errors::request_expired,
                fmt::format("Request has expired: it was presigned at {} for {} seconds, and it is "
                            "{} now.",
                            signature.time, *signature.lasts / 1s, signature_time(now)));
  }
  if (signature.signed_at >= now - clock_skew_max) return {};
  return invalid(fmt::format("Signature expired: {} is now earlier than {} ({} - 15 min.)",
                             signature.time, signature_time(now - clock_skew_max),
                             signature_time(now)));
}

Result<void> expect_made_by(const Signature& signature,
                            std::string_view secret,
                            const http::Request& request) {
  const std::string payload_hash = TRY(payload_hash_of(signature, request));
  const std::string expected =
      signature_of(canonical_request(request, signature.signed_headers, payload_hash), secret,
                   signature.scope, signature.time);
  const bool is_same = expected.size() == signature.text.size() &&
                       CRYPTO_memcmp(expected.data(), signature.text.data(), expected.size()) == 0;
  if (is_same) return {};
  return invalid(std::string(mismatch));
}

}  // namespace mailrail::auth
