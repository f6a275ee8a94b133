#include "cli/standby.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/environment.h"
#include "cli/printable.h"
#include "cli/server_options.h"
#include "client/fetch.h"
#include "server/standby_command.h"

namespace mailrail::cli {
namespace {

// Longer than the server itself waits for an owner that does not answer.
constexpr Duration patience = 30s;

Result<std::string> ask(const PromoteOptions& options) {
  std::string endpoint = TRY(endpoint_of(options.endpoint, process_environment()));
  while (endpoint.ends_with('/')) endpoint.pop_back();
  const auto answer =
      client::fetch({.url = fmt::format("{}{}{}", endpoint, server::promote_path,
                                        options.is_forced ? server::forced_query : ""),
                     .headers = {{std::string(server::node_header), "operator"}},
                     .timeout = patience});
  if (!answer) {
    return fail(errors::unreachable,
                fmt::format("{} Name the standby with --endpoint-url.", answer.error().message));
  }
  std::string sentence = printable(shown(answer->body.substr(0, answer->body.find('\n'))));
  if (answer->status == 200) return sentence;
  return fail(errors::refused, std::move(sentence));
}

}  // namespace

ExitCode promote(const PromoteOptions& options) {
  const Result<std::string> promoted = ask(options);
  if (!promoted) {
    fmt::print(stderr, "mailrail: {}\n", promoted.error().message);
    return exit_code_of(promoted.error());
  }
  fmt::print("{}\n", *promoted);
  return ExitCode::done;
}

}  // namespace mailrail::cli
