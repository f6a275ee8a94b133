#include "server/test_request.h"

#include <fmt/format.h>

#include "api/dispatch.h"
#include "auth/caller.h"
#include "base/duration_text.h"
#include "base/shape.h"
#include "base/shown.h"
#include "wire/form.h"
#include "wire/json_decode.h"

namespace mailrail::server {
namespace {

constexpr std::string_view namespaces = "/_mailrail/namespaces";

struct AdvanceClockInput {
  std::optional<std::string> advance;

  static constexpr Field fields[] = {field<&AdvanceClockInput::advance>("advance")};
};

struct OpenNamespaceInput {
  std::optional<std::string> ttl;

  static constexpr Field fields[] = {field<&OpenNamespaceInput::ttl>("ttl")};
};

using Parsed = std::expected<TestRequest, http::Response>;

std::unexpected<http::Response> refuse(int status, std::string sentence) {
  return std::unexpected(http::text_response(status, std::move(sentence) + "\n"));
}

std::unexpected<http::Response> refuse_method(std::string_view methods) {
  auto refused = refuse(405, fmt::format("This is asked by {}.", methods));
  refused.error().headers.add("Allow", methods);
  return refused;
}

// What a member says, or a sentence about it.
std::expected<Duration, http::Response> read_duration(std::string_view member,
                                                      const std::string& text,
                                                      Duration most) {
  const auto duration = parse_duration(text);
  if (duration && *duration <= most) return *duration;
  return refuse(400, fmt::format("\"{}\" must be a time like 30s or 1h30m, at most {}, not {}.",
                                 member, duration_text(most), shown(text)));
}

Parsed parse_reset(const http::Request& request) {
  if (request.method != "POST") return refuse_method("POST");
  const std::size_t query = request.target.find('?');
  if (query == std::string::npos) return Reset{};
  const auto form = wire::Form::parse(std::string_view(request.target).substr(query + 1), "");
  if (!form) return refuse(400, form.error().message());
  Reset reset;
  if (const auto prefix = form->find("prefix")) reset.selection.prefix = *prefix;
  if (const auto account = form->find("account")) reset.selection.account = *account;
  return reset;
}

Parsed parse_clock(const http::Request& request) {
  if (request.method == "GET") return AdvanceClock{.time = Duration(0)};
  if (request.method != "POST") return refuse_method("GET, POST");
  const auto input = wire::decode_json<AdvanceClockInput>(request.body);
  if (!input) return refuse(400, input.error().message());
  if (!input->advance)
    return refuse(400, R"(The body must say by how much, like {"advance": "30s"}.)");
  const auto time = read_duration("advance", *input->advance, advance_max);
  if (!time) return std::unexpected(time.error());
  return AdvanceClock{.time = *time};
}

Parsed parse_open_namespace(const http::Request& request) {
  if (request.method != "POST") return refuse_method("POST");
  const auto input = wire::decode_json<OpenNamespaceInput>(request.body);
  if (!input) return refuse(400, input.error().message());
  if (!input->ttl) return OpenNamespace{.time_to_live = time_to_live_default};
  const auto time = read_duration("ttl", *input->ttl, time_to_live_max);
  if (!time) return std::unexpected(time.error());
  return OpenNamespace{.time_to_live = *time};
}

Parsed parse_close_namespace(const http::Request& request, std::string_view account) {
  if (request.method != "DELETE") return refuse_method("DELETE");
  if (!auth::is_account(account)) {
    return refuse(400,
                  fmt::format("A name-space is an account of 12 digits, not {}.", shown(account)));
  }
  return CloseNamespace{.account = std::string(account)};
}

}  // namespace

std::expected<TestRequest, http::Response> parse_test_request(const http::Request& request) {
  if (!request.header("Origin").empty() || !request.header("Sec-Fetch-Site").empty())
    return refuse(403, "This is for tests, and not answered to browsers.");
  const std::string_view path = api::path_of(request);
  if (path == "/_mailrail/reset") return parse_reset(request);
  if (path == "/_mailrail/clock") return parse_clock(request);
  if (path == namespaces) return parse_open_namespace(request);
  if (path.starts_with(namespaces) && path[namespaces.size()] == '/')
    return parse_close_namespace(request, path.substr(namespaces.size() + 1));
  return refuse(404, "There is nothing at this path.");
}

}  // namespace mailrail::server
