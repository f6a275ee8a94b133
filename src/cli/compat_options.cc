#include "cli/compat_options.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "auth/caller.h"
#include "cli/argument.h"

namespace mailrail::cli {
namespace {

struct Tool {
  std::string_view name;
  std::uint16_t port;
  std::string_view account;
  std::string_view ready;  // `{}` stands for where it listens.
};

// Testcontainers and the waiting loops of compose files look for these lines.
constexpr Tool tools[] = {
    {.name = "localstack", .port = 4566, .account = "000000000000", .ready = "Ready."},
    {.name = "elasticmq",
     .port = 9324,
     .account = "000000000000",
     .ready = "Started SQS rest server, bind address {0}, visible server address http://{0}"},
    {.name = "moto", .port = 5000, .account = "123456789012", .ready = " * Running on http://{0}"},
};

// Null if none was given.
const Tool* tool_of(const CompatOptions& given) {
  if (!given.tool) return nullptr;
  const auto* found = std::ranges::find(tools, *given.tool, &Tool::name);
  return found == std::end(tools) ? nullptr : found;
}

Result<api::QueueUrlStyle> style_of(const std::optional<std::string>& text) {
  using enum api::QueueUrlStyle;
  if (!text || *text == "host") return host;
  if (*text == "path") return path;
  if (*text == "standard") return standard;
  return fail(errors::unusable,
              fmt::format("--url-style must be host, path or standard, not \"{}\".", *text));
}

Result<auth::Home> home_of(const CompatOptions& given) {
  auth::Home home;
  if (const Tool* tool = tool_of(given)) home.account = tool->account;
  if (given.account) home.account = *given.account;
  if (given.region) home.region = *given.region;
  if (!auth::is_account(home.account)) {
    return fail(errors::unusable,
                fmt::format("--account must have 12 digits, not \"{}\".", home.account));
  }
  if (!auth::is_region(home.region)) {
    return fail(
        errors::unusable,
        fmt::format("--region must be a region's name, like us-east-1, not \"{}\".", home.region));
  }
  return home;
}

}  // namespace

void add_compat_options(CLI::App& serve, CompatOptions& options) {
  add_option(
      serve, "--compat", options.tool,
      "Stand in for localstack, elasticmq or moto: listen on its port, too, say that the server "
      "is ready in its words, and have its account. Clients of all of them are understood without "
      "it.");
  add_option(serve, "--account", options.account,
             "The account of a request that names none, 12 digits; an access key id of 12 "
             "digits names one. Default: 000000000000, with --compat moto 123456789012.");
  add_option(serve, "--region", options.region,
             "The region of a request that names none. Default: us-east-1.");
  add_option(serve, "--url-style", options.url_style,
             "How queue URLs are written: host (HOST/ACCOUNT/NAME), path "
             "(HOST/queue/REGION/ACCOUNT/NAME) or standard (sqs.REGION.HOST/ACCOUNT/NAME). "
             "All are read. Default: host.");
}

Result<server::Options> with_compat(server::Options options, const CompatOptions& given) {
  const Tool* const tool = tool_of(given);
  if (given.tool && tool == nullptr) {
    return fail(
        errors::unusable,
        fmt::format("--compat must be localstack, elasticmq or moto, not \"{}\".", *given.tool));
  }
  if (tool != nullptr && tool->port != options.port) {
    options.edge.listeners.push_back({.host = options.host,
                                      .port = tool->port,
                                      .door = http::Door::data,
                                      .socket = {},
                                      .flag = "--compat"});
  }
  options.customs = {.home = TRY(home_of(given)), .queue_urls = TRY(style_of(given.url_style))};
  return options;
}

std::string ready_line(const CompatOptions& given, const std::string& host, std::uint16_t port) {
  const Tool* const tool = tool_of(given);
  if (tool == nullptr) return {};
  const std::string authority = host.find(':') == std::string::npos
                                    ? fmt::format("{}:{}", host, port)
                                    : fmt::format("[{}]:{}", host, port);
  return fmt::format(fmt::runtime(tool->ready), authority) + "\n";
}

}  // namespace mailrail::cli
