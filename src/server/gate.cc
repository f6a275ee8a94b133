#include "server/gate.h"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

#include "api/dispatch.h"
#include "base/shown.h"
#include "server/standby_command.h"

namespace mailrail::server {
namespace {

using http::equal_ignoring_case;

constexpr std::array<std::string_view, 5> health_paths = {"/livez", "/readyz", "/health",
                                                          "/_localstack/health", "/moto-api/"};

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() > end.size() &&
         equal_ignoring_case(text.substr(text.size() - end.size()), end);
}

// Without the port, and without the dot that may end a name.
std::string_view name_of(std::string_view host) {
  const std::size_t colon = host.find_last_of(":]");
  if (colon != std::string_view::npos && host[colon] == ':') host = host.substr(0, colon);
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool is_address(std::string_view name) {
  if (name.starts_with('[')) return true;  // The parser lets nothing but IPv6 begin like that.
  const std::string_view last = name.substr(name.rfind('.') + 1);
  // As in URLs: a name whose last label is a number is an IPv4 address, or none at all.
  return !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
}

// Names that no stranger can point anywhere. Those of AWS and LocalStack come from clients whose
// endpoint has been redirected.
bool is_reserved(std::string_view name) {
  if (name.find('.') == std::string_view::npos) return true;  // "localhost", or of a container.
  constexpr std::array<std::string_view, 4> own_trees = {
      ".localhost", ".localhost.localstack.cloud", ".docker.internal", ".containers.internal"};
  const auto is_below = [&](std::string_view tree) { return ends_with_ignoring_case(name, tree); };
  return equal_ignoring_case(name, "localhost.localstack.cloud") ||
         std::ranges::any_of(own_trees, is_below);
}

// sqs.REGION.amazonaws.com, REGION.queue.amazonaws.com, and so on: of the services served here.
bool is_endpoint_of_aws(std::string_view name) {
  if (!ends_with_ignoring_case(name, ".amazonaws.com") &&
      !ends_with_ignoring_case(name, ".amazonaws.com.cn") &&
      !ends_with_ignoring_case(name, ".api.aws"))
    return false;
  constexpr std::array<std::string_view, 7> services = {"sqs",      "sns",   "sts",     "sqs-fips",
                                                        "sns-fips", "queue", "sts-fips"};
  for (const auto& each : std::views::split(name, '.')) {
    const std::string_view label(each);
    const auto is_label = [&](std::string_view one) { return equal_ignoring_case(one, label); };
    if (std::ranges::any_of(services, is_label)) return true;
  }
  return false;
}

bool matches(std::string_view name, std::string_view said) {
  if (said.starts_with("*.")) return ends_with_ignoring_case(name, said.substr(1));
  return equal_ignoring_case(name, said);
}

// Nothing but a browser sends these two, and it does so for each page that is not this server's.
bool is_of_foreign_page(const http::Request& request) {
  const auto site = request.headers.find("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none") return true;
  const auto origin = request.headers.find("Origin");
  if (!origin) return false;
  const std::string_view own_scheme = request.is_encrypted ? "https://" : "http://";
  return !origin->starts_with(own_scheme) ||
         !equal_ignoring_case(origin->substr(own_scheme.size()), request.header("Host"));
}

// A link in a message that somebody follows. It has what allows it in itself.
bool is_link_of_message(const http::Request& request) {
  if (request.method != "GET" || request.header("Sec-Fetch-Mode") != "navigate" ||
      request.headers.find("Origin") || !request.body.empty())
    return false;
  const std::string_view target = request.target;
  const std::size_t query = target.find('?');
  if (query == std::string_view::npos) return false;
  bool is_one = false;
  for (const auto& each : std::views::split(target.substr(query + 1), '&')) {
    const std::string_view parameter(each);
    // No other spelling of Action.
    if (parameter.substr(0, parameter.find('=')).find_first_of("%+") != std::string_view::npos)
      return false;
    if (!parameter.starts_with("Action=")) continue;
    if (parameter != "Action=ConfirmSubscription" && parameter != "Action=Unsubscribe")
      return false;
    is_one = true;
  }
  return is_one;
}

// A link to the console that somebody follows, from a wiki or a chat. What it names is the same for
// everybody.
bool is_link_to_console(const http::Request& request) {
  return request.method == "GET" && request.target == "/" &&
         request.header("Sec-Fetch-Mode") == "navigate" &&
         request.header("Sec-Fetch-Dest") == "document" && !request.headers.find("Origin") &&
         !request.headers.find("X-Amz-Target") && request.body.empty();
}

bool is_administration(const http::Request& request, std::string_view path) {
  if (is_call_of_operators(request)) return true;
  if (path.starts_with(standby_path)) return false;  // Nodes ask it of each other.
  return path.starts_with("/_mailrail") || path == "/metrics" || path.starts_with("/metrics/") ||
         path.starts_with("/console");
}

Error refuse(std::string sentence) {
  return {.kind = &errors::turned_away, .message = std::move(sentence)};
}

}  // namespace

bool is_health_path(std::string_view path) {
  return std::ranges::find(health_paths, path) != health_paths.end();
}

bool is_call_of_operators(const http::Request& request) {
  return request.header("X-Amz-Target").starts_with("Mailrail.");
}

std::optional<Error> Gate::objection(const http::Request& request) const {
  const std::string_view path = api::path_of(request);
  if (is_health_path(path)) return std::nullopt;
  if (request.pace == http::Pace::too_fast) {
    return Error{.kind = &errors::too_fast,
                 .message =
                     "This address asks faster than --requests-per-address lets it. Try "
                     "again in a second."};
  }
  if (is_of_foreign_page(request) && !is_link_of_message(request) && !is_link_to_console(request)) {
    return refuse(
        "A page of another site asked for this in a browser, and may not. Programs send neither "
        "Origin nor Sec-Fetch-Site.");
  }
  const bool is_for_operators = is_administration(request, path);
  const bool needs_known_host = is_for_operators || path.starts_with(standby_path) ||
                                options_.reach == Options::Reach::machine;
  const std::string_view host = request.header("Host");
  if (needs_known_host && !is_known(host)) {
    return refuse(fmt::format(
        "Nothing says that the host \"{}\" is this server. If it is, start it with --hostname {}.",
        shown(host), shown(name_of(host))));
  }
  if (is_for_operators && request.door == http::Door::data) return wrong_door();
  return std::nullopt;
}

Error Gate::wrong_door() const {
  if (options_.admin_place.empty()) {
    return refuse(
        "This port is open to a network and answers nothing that is for operators. Start the "
        "server with --admin-listen 127.0.0.1:4567 and ask there.");
  }
  return refuse(fmt::format("What is for operators is answered at {}, not on this port.",
                            options_.admin_place));
}

// HTTP/1.0 needs no host, and no browser leaves it out.
bool Gate::is_known(std::string_view host) const {
  const std::string_view name = name_of(host);
  if (name.empty() || is_address(name) || is_reserved(name) || is_endpoint_of_aws(name))
    return true;
  return std::ranges::any_of(options_.host_names,
                             [&](const std::string& each) { return matches(name, each); });
}

}  // namespace mailrail::server
