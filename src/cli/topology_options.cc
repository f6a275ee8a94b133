#include "cli/topology_options.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "cli/argument.h"
#include "cli/topology_apply.h"
#include "cli/topology_file.h"

namespace mailrail::cli {
namespace {

// Any key does, and one that is an account is of it.
client::Settings own_settings(const topology::Place& place) {
  const client::ServiceEndpoint own{.url = "http://127.0.0.1", .where = "--topology"};
  return {.sqs = own,
          .sns = own,
          .sqs_region = place.region,
          .sns_region = place.region,
          .credentials = auth::Credentials{.key_id = place.account, .secret = "none"}};
}

http::Request as_it_comes(const client::HttpRequest& request) {
  http::Request made{.method = request.method, .target = "/", .headers = {}, .body = request.body};
  for (const auto& [name, value] : request.headers) made.headers.add(name, value);
  return made;
}

client::HttpAnswer as_it_arrives(http::Response response) {
  client::HttpAnswer made{.status = response.status, .body = std::move(response.body)};
  for (std::size_t i = 0; i < response.headers.size(); ++i)
    made.headers.emplace_back(response.headers[i].name, response.headers[i].value);
  return made;
}

Result<void> apply(const topology::Topology& wanted,
                   const topology::Place& place,
                   const server::Ask& ask) {
  client::Client own(
      {.settings = own_settings(place), .send = [&](const client::HttpRequest& request) {
         return as_it_arrives(ask(as_it_comes(request)));
       }});
  const topology::Plan plan = TRY(planned(own, wanted, place, topology::Pruning::off));
  TRY(apply_plan(own, plan, place));
  spdlog::info("topology: {}", topology::summary_of(plan));
  return {};
}

}  // namespace

void add_topology_options(CLI::App& serve, TopologyOptions& options) {
  add_option(serve, "--topology", options.file,
             "Make the queues, topics and subscriptions of this file at every start, before "
             "clients are let in: what mailrail apply takes.");
  add_option(serve, "--topology-parameter", options.parameters,
             "A parameter of that file as NAME=VALUE, if it is a template. May be repeated.");
}

Result<server::Options> with_topology(server::Options options, const TopologyOptions& given) {
  if (!given.file) return options;
  if (options.shared_log) {
    return fail(errors::unusable,
                "--topology does not go with --log: several servers share that log. Run mailrail "
                "apply once.");
  }
  const topology::Place place{.region = options.customs.home.region,
                              .account = options.customs.home.account};
  const topology::TemplateSetting setting{.place = place,
                                          .parameters = TRY(parse_parameters(given.parameters))};
  auto wanted = read_topology_file(*given.file, setting);
  if (!wanted) return fail(errors::unusable, fmt::format("{}", fmt::join(wanted.error(), "\n")));
  for (const std::string& each : wanted->notes) spdlog::info("topology: {}", each);
  options.prepare = [place, wanted = *std::move(wanted)](const server::Ask& ask) {
    return apply(wanted, place, ask);
  };
  return options;
}

}  // namespace mailrail::cli
