#include "client/answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>
#include <strings.h>

#include "client/errors.h"
#include "client/retry.h"
#include "wire/json_decode.h"
#include "wire/xml_decode.h"

namespace mailrail::client {
namespace {

struct JsonRefusal {
  std::string type;
  std::string message;
  std::string capital_message;  // As some services spell it.

  static constexpr Field fields[] = {
      field<&JsonRefusal::type>("__type"),
      field<&JsonRefusal::message>("message"),
      field<&JsonRefusal::capital_message>("Message"),
  };
};

struct XmlError {
  std::string code;
  std::string message;

  static constexpr Field fields[] = {
      field<&XmlError::code>("Code"),
      field<&XmlError::message>("Message"),
  };
};

struct XmlRefusal {
  XmlError error;
  std::string request_id;

  static constexpr Field fields[] = {
      field<&XmlRefusal::error>("Error"),
      field<&XmlRefusal::request_id>("RequestId"),
  };
};

constexpr std::array<std::string_view, 1> error_way = {"ErrorResponse"};

std::optional<Refusal> read_json_refusal(const HttpAnswer& answer) {
  auto refusal = wire::decode_json<JsonRefusal>(answer.body);
  if (!refusal || refusal->type.empty()) return std::nullopt;
  // `com.amazonaws.sqs#QueueDoesNotExist` is its name in full.
  std::string code = refusal->type.substr(refusal->type.find('#') + 1);
  return Refusal{.code = std::move(code),
                 .message = refusal->message.empty() ? std::move(refusal->capital_message)
                                                     : std::move(refusal->message),
                 .request_id = std::string(header(answer, "x-amzn-requestid"))};
}

std::optional<Refusal> read_xml_refusal(const HttpAnswer& answer) {
  auto refusal = wire::decode_xml<XmlRefusal>(answer.body, error_way);
  if (!refusal || refusal->error.code.empty()) return std::nullopt;
  return Refusal{.code = std::move(refusal->error.code),
                 .message = std::move(refusal->error.message),
                 .request_id = std::move(refusal->request_id)};
}

constexpr std::array<std::string_view, 5> not_found_codes = {
    "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NotFound",
    "ResourceNotFoundException", "TopicDoesNotExist"};

constexpr std::array<std::string_view, 16> denied_codes = {"AccessDenied",
                                                           "AccessDeniedException",
                                                           "AuthorizationError",
                                                           "AuthorizationErrorException",
                                                           "ExpiredToken",
                                                           "ExpiredTokenException",
                                                           "IncompleteSignature",
                                                           "InvalidAccessKeyId",
                                                           "InvalidClientTokenId",
                                                           "InvalidSecurity",
                                                           "MissingAuthenticationToken",
                                                           "MissingAuthenticationTokenException",
                                                           "RequestExpired",
                                                           "RequestTimeTooSkewed",
                                                           "SignatureDoesNotMatch",
                                                           "UnrecognizedClientException"};

template <std::size_t Size>
bool contains(const std::array<std::string_view, Size>& codes, std::string_view code) {
  return std::ranges::find(codes, code) != codes.end();
}

// A limit of a whole mailrail is an outage to SDKs, which then try again; the sentence tells.
bool is_full(const Refusal& refusal) {
  return refusal.code == "ServiceUnavailable" &&
         refusal.message.contains(" limit of this server is reached");
}

}  // namespace

Result<void> read_output(Service service,
                         std::string_view action,
                         const HttpAnswer& answer,
                         mailrail::Target output) {
  wire::Decoded<void> done;
  if (service == Service::sns) {
    const std::string response = fmt::format("{}Response", action);
    const std::string result = fmt::format("{}Result", action);
    std::vector<std::string_view> way = {response};
    if (output.shape != &shape_of<Nothing>) way.emplace_back(result);
    done = wire::decode_xml(answer.body, way, output);
  } else {
    done = wire::decode_json(answer.body, output);
  }
  if (done) return {};
  return fail(errors::refused,
              fmt::format("The answer to {} cannot be read: {}", action, done.error().message()));
}

std::optional<Refusal> read_refusal(Service service, const HttpAnswer& answer) {
  return service == Service::sns ? read_xml_refusal(answer) : read_json_refusal(answer);
}

const ErrorKind& kind_of(int status, const Refusal& refusal) {
  if (contains(not_found_codes, refusal.code)) return errors::not_found;
  if (contains(denied_codes, refusal.code)) return errors::denied;
  if (is_throttling(refusal.code) || refusal.code == "OverLimit" || is_full(refusal))
    return errors::over_quota;
  if (status == 429) return errors::over_quota;
  if (status == 401 || status == 403) return errors::denied;
  if (status == 404) return errors::not_found;
  if (status >= 500) return errors::unreachable;
  return errors::refused;
}

std::string_view header(const HttpAnswer& answer, std::string_view name) {
  for (const auto& [each, value] : answer.headers) {
    if (each.size() == name.size() && strncasecmp(each.data(), name.data(), name.size()) == 0)
      return value;
  }
  return {};
}

std::optional<Duration> retry_after(const HttpAnswer& answer) {
  const std::string_view text = header(answer, "retry-after");
  unsigned seconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace mailrail::client
