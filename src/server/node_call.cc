#include "server/node_call.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "auth/sigv4.h"
#include "client/http_client.h"
#include "server/engine_clock.h"
#include "server/standby_command.h"

namespace mailrail::server {
namespace {

Result<auth::Credentials> administrators_of(const auth::KeyRing& ring) {
  const auto found = std::ranges::find_if(ring.keys(), [](const auth::Key& each) {
    return each.may_all() && !each.is_short_lived() && !each.has_expired(wall_time());
  });
  if (found != ring.keys().end())
    return auth::Credentials{.key_id = found->id(), .secret = found->secret};
  return fail(errors::unusable,
              "Nodes ask each other with an administrator's key, and there is none.");
}

Result<client::Headers> headers_of(const NodeCall& call, const auth::KeysInForce& keys) {
  client::Headers headers = {{"Host", call.to}, {std::string(node_header), call.from}};
  const std::shared_ptr<const auth::KeyRing> ring = keys.ring();
  if (ring == nullptr) return headers;
  http::Request request{.method = "POST", .target = std::string(step_down_path)};
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  for (auto& added : auth::sign(request, {.credentials = TRY(administrators_of(*ring)),
                                          .region = std::string(auth::default_region),
                                          .service = "mailrail",
                                          .time = wall_time()}))
    headers.push_back(std::move(added));
  return headers;
}

}  // namespace

Result<void> have_step_down(const NodeCall& call, const auth::KeysInForce& keys) {
  client::HttpClient client({.addresses = {.otherwise = client::AddressRules::Default::allow_all},
                             .connect_timeout = 1s,
                             .response = client::Response::keep,
                             .ca_file = call.ca_file});
  client::Headers headers = TRY(headers_of(call, keys));
  std::promise<client::HttpOutcome> promise;
  client.post({.url = fmt::format("{}://{}{}", call.scheme, call.to, step_down_path),
               .headers = std::move(headers),
               .timeout = 5s},
              [&](client::HttpOutcome outcome) { promise.set_value(std::move(outcome)); });
  const client::HttpOutcome outcome = promise.get_future().get();
  if (outcome.status == 200) return {};
  if (outcome.status == 0) return fail(errors::io, outcome.why);
  return fail(errors::io, fmt::format("it answered {}: {}", outcome.status,
                                      outcome.body.substr(0, outcome.body.find('\n'))));
}

}  // namespace mailrail::server
