#include "console/front_desk.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/errors.h"
#include "auth/errors.h"
#include "auth/key.h"
#include "base/json.h"
#include "console/cookie.h"
#include "http/target.h"
#include "wire/json_decode.h"
#include "wire/reply.h"

namespace mailrail::console {
namespace {

constexpr wire::Service console_service{.name = "mailrail",
                                        .xml_namespace = "",
                                        .error_namespace = "mailrail",
                                        .framework_error_namespace = "com.amazon.coral.service",
                                        .error_detail = wire::ErrorDetail::absent};

struct LogInInput {
  std::string access_key_id;
  std::string secret_access_key;
  std::optional<std::string> session_token;

  static constexpr Field fields[] = {
      field<&LogInInput::access_key_id>("AccessKeyId").required(),
      field<&LogInInput::secret_access_key>("SecretAccessKey").required(),
      field<&LogInInput::session_token>("SessionToken"),
  };
};

// Of a key with several, the one that may do most.
std::string_view role_of(const auth::Grant& grant) {
  const auto highest = std::ranges::min_element(grant.roles);
  return highest == grant.roles.end() ? std::string_view() : auth::name_of(*highest);
}

void write_key(JsonWriter& json, const auth::Caller& caller) {
  json.key("Key");
  if (caller.grant == nullptr) return json.null();
  json.begin_object();
  json.member("AccessKeyId", caller.grant->key_id);
  json.member("Name", caller.grant->name);
  json.member("Role", role_of(*caller.grant));
  json.key("Roles");
  json.begin_array();
  for (const auth::Role each : caller.grant->roles) json.string(auth::name_of(each));
  json.end_array();
  json.key("HidePayloads");
  json.boolean(!caller.sees_payloads());
  json.end_object();
}

std::string name_of_host(std::string_view host) {
  const std::size_t colon = host.find_last_of(":]");
  if (colon != std::string_view::npos && host[colon] == ':') host = host.substr(0, colon);
  return std::string(host);
}

}  // namespace

http::Response json_response(std::string body) {
  http::Response response{.status = 200, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

http::Response refusal(const Error& error) {
  http::Response response =
      json_response(wire::render_error(wire::Protocol::json, console_service, {}, error));
  response.status = error.kind->http_status;
  if (response.status == 429 || response.status == 503) response.headers.add("Retry-After", "1");
  return response;
}

FrontDesk::FrontDesk(Sessions& sessions,
                     const api::ServerView& view,
                     const Options& options,
                     Place place)
    : sessions_(sessions),
      view_(view),
      options_(options),
      place_(std::move(place)),
      pages_(embedded::console_files(), options.ui_directory) {}

std::optional<http::Response> FrontDesk::answer(const http::Request& request) {
  if (pages_.is_for_it(request)) return pages_.answer(request);
  if (http::path_of(request.target) == session_path) return answer_session(request);
  return std::nullopt;
}

http::Response FrontDesk::answer_session(const http::Request& request) {
  if (request.header(Sessions::header) != "1") {
    return refusal({.kind = &auth::errors::missing_authentication_token,
                    .message = fmt::format("This is for the console, which sends the header {}: 1.",
                                           Sessions::header)});
  }
  if (request.method == "GET") return describe(request);
  if (request.method == "POST") return log_in(request);
  if (request.method == "DELETE") return log_out(request);
  http::Response refused =
      refusal({.kind = &api::errors::method_not_allowed,
               .message = "A session is begun by POST, ended by DELETE and described by GET."});
  refused.headers.add("Allow", "GET, POST, DELETE");
  return refused;
}

http::Response FrontDesk::describe(const http::Request& request) {
  const Result<auth::Caller> caller = sessions_.caller_of(request);
  const bool has_keys = sessions_.has_keys();
  const api::ServerReport report = view_.report();
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.member("Account", caller ? caller->account : place_.account);
  json.member("Region", caller ? caller->region : place_.region);
  json.member("Endpoint", endpoint_of(request));
  json.key("KeysInForce");
  json.boolean(has_keys);
  if (caller && has_keys) {
    write_key(json, *caller);
  } else {
    json.key("Key");
    json.null();
  }
  json.key("ReadOnly");
  json.boolean(options_.extent == auth::Extent::looking);
  json.key("HidePayloads");
  json.boolean(options_.payloads == auth::Payloads::hidden);
  json.member("Version", report.version);
  json.key("StartedAt");
  json.number(unix_ms(report.started));
  json.end_object();
  return json_response(std::move(body));
}

http::Response FrontDesk::log_in(const http::Request& request) {
  const auto input = wire::decode_json<LogInInput>(request.body);
  if (!input)
    return refusal({.kind = &api::errors::serialization, .message = input.error().message()});
  if (const auto missing = first_missing(*input, EmptyText::is_missing))
    return refusal(api::missing_parameter(*missing));
  const Result<std::string> token =
      sessions_.begin({.key_id = input->access_key_id,
                       .secret = input->secret_access_key,
                       .session_token = input->session_token.value_or("")},
                      request.remote_address);
  if (!token) return refusal(token.error());
  http::Response response{.status = 204};
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Set-Cookie",
                       set_cookie({.name = sessions_.cookie_name(),
                                   .value = *token,
                                   .lasts = Sessions::lasts,
                                   .transport = request.is_encrypted ? Cookie::Transport::encrypted
                                                                     : Cookie::Transport::any}));
  return response;
}

http::Response FrontDesk::log_out(const http::Request& request) {
  sessions_.end(request);
  http::Response response{.status = 204};
  response.headers.add("Cache-Control", "no-store");
  response.headers.add(
      "Set-Cookie",
      set_cookie({.name = sessions_.cookie_name(), .value = "", .lasts = Duration(0)}));
  return response;
}

std::string FrontDesk::endpoint_of(const http::Request& request) const {
  const std::string_view scheme = request.is_encrypted ? "https" : "http";
  const std::string_view host = request.header("Host");
  if (place_.data_port == 0) return fmt::format("{}://{}", scheme, host);
  return fmt::format("{}://{}:{}", scheme, name_of_host(host), place_.data_port);
}

}  // namespace mailrail::console
