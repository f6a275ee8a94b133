#include "cli/server_call.h"

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/exit_codes.h"
#include "cli/printable.h"
#include "wire/json_decode.h"

namespace mailrail::cli {
namespace {

struct Refusal {
  std::string type;
  std::string message;

  static constexpr Field fields[] = {
      field<&Refusal::type>("__type"),
      field<&Refusal::message>("message"),
  };
};

const ErrorKind& kind_of(int status) {
  if (status == 401 || status == 403) return errors::denied;
  if (status == 404) return errors::not_found;
  return errors::refused;
}

}  // namespace

Result<std::string> body_of(const client::HttpAnswer& answer, std::string_view endpoint) {
  if (answer.status == 200) return answer.body;
  const auto refusal = wire::decode_json<Refusal>(answer.body);
  if (!refusal || refusal->type.empty() || refusal->message.empty()) {
    return fail(errors::refused,
                fmt::format("{} answered {}, and not as mailrail does. Name another server with "
                            "--endpoint-url.",
                            endpoint, answer.status));
  }
  return fail(kind_of(answer.status), printable(shown(refusal->message)));
}

Result<void> call(const std::string& endpoint,
                  std::string_view action,
                  Source input,
                  Target output) {
  const auto answer =
      client::fetch({.url = endpoint,
                     .headers = {{"Content-Type", "application/x-amz-json-1.0"},
                                 {"X-Amz-Target", fmt::format("Mailrail.{}", action)}},
                     .body = wire::encode_json(input)});
  if (!answer) {
    return fail(errors::unreachable,
                fmt::format("{} Start a server there with mailrail serve, or name another one with "
                            "--endpoint-url.",
                            answer.error().message));
  }
  const std::string body = TRY(body_of(*answer, endpoint));
  if (const auto decoded = wire::decode_json(body, output); !decoded) {
    return fail(errors::refused, fmt::format("{} answered {} with what cannot be read: {}",
                                             endpoint, action, decoded.error().message()));
  }
  return {};
}

}  // namespace mailrail::cli
