// Requests with signatures that are none: whatever they say of themselves is refused in a sentence
// that may be shown. What is signed here is verified here, however odd the request, and not when a
// byte of it was changed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/caller.h"
#include "auth/canonical_request.h"
#include "auth/signature.h"
#include "auth/sigv4.h"
#include "base/check.h"
#include "http/request_parser.h"
#include "http/target.h"

namespace mailrail::auth {
namespace {

constexpr http::Limits limits{.header_bytes_max = 4096, .body_bytes_max = 4096};
constexpr Instant now = from_unix_ms(1'735'689'600'000);

std::optional<http::Request> parse(std::string_view bytes) {
  http::RequestParser parser(limits);
  parser.put(bytes);
  if (!parser.is_done()) return std::nullopt;
  return parser.take();
}

void check_sentence(const Error& error) {
  CHECK(!error.message.empty() && error.message.size() < 4096);
  CHECK(is_plain_text(error.message));
}

void fuzz_reading(const http::Request& request) {
  const Result<std::optional<Signature>> signature = read_signature(request);
  if (!signature) return check_sentence(signature.error());
  if (!*signature) return;
  if (const Result<void> in_time = expect_in_time(**signature, now); !in_time)
    check_sentence(in_time.error());
  const Result<void> made = expect_made_by(**signature, "a secret of nobody's", request);
  CHECK(!made);
  check_sentence(made.error());
}

void fuzz_canonical_form(const http::Request& request) {
  const std::string canonical =
      canonical_query(query_parameters(http::query_string_of(request.target)));
  CHECK(canonical_query(query_parameters(canonical)) == canonical);
  CHECK(canonical_path(http::path_of(request.target)).starts_with('/'));
}

bool is_signed_by(const http::Request& request, std::string_view secret) {
  const Result<std::optional<Signature>> signature = read_signature(request);
  return signature && *signature && expect_in_time(**signature, now) &&
         expect_made_by(**signature, secret, request);
}

// What a client of ours may send.
bool is_to_be_signed(const http::Request& request) {
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const std::string_view name = request.headers[i].name;
    if (http::equal_ignoring_case(name.substr(0, 6), "x-amz-") ||
        http::equal_ignoring_case(name, "Authorization"))
      return false;
  }
  const std::string path(http::path_of(request.target));
  return request.headers.find("Host") && (path + "/").find("/./") == std::string::npos &&
         (path + "/").find("/../") == std::string::npos && path != "." && path != ".." &&
         !path.starts_with("./") && !path.starts_with("../") &&
         request.target.find("AWSAccessKeyId") == std::string::npos &&
         request.target.find("Amz-") == std::string::npos &&
         request.target.find('%') == std::string::npos;
}

void fuzz_signing(const http::Request& request) {
  if (!is_to_be_signed(request)) return;
  const Signing signing{.credentials = {.key_id = "key", .secret = "secret"},
                        .region = "us-east-1",
                        .service = "sqs",
                        .time = now};
  http::Request signed_request = request;
  for (const auto& [name, value] : sign(request, signing)) signed_request.headers.add(name, value);
  CHECK(is_signed_by(signed_request, "secret"));
  CHECK(!is_signed_by(signed_request, "Secret"));
  http::Request changed = signed_request;
  changed.body += " ";
  CHECK(!is_signed_by(changed, "secret"));
  changed = signed_request;
  changed.target += "x";
  CHECK(!is_signed_by(changed, "secret"));

  http::Request presigned = request;
  presigned.target = presign(request, signing, 60s);
  CHECK(is_signed_by(presigned, "secret"));
  presigned.target += "&x";
  CHECK(!is_signed_by(presigned, "secret"));
}

}  // namespace
}  // namespace mailrail::auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail::auth;
  const auto request = parse({reinterpret_cast<const char*>(data), size});
  if (!request) return 0;
  fuzz_reading(*request);
  fuzz_canonical_form(*request);
  fuzz_signing(*request);
  return 0;
}
