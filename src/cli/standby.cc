#include "cli/standby.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/printable.h"
#include "server/standby_command.h"

namespace mailrail::cli {
namespace {

// Longer than the server itself waits for an owner that does not answer.
constexpr Duration patience = 30s;

}  // namespace

Result<ExitCode> promote(const PromoteOptions& options, Session& session) {
  const auto answer = session.client.post(
      fmt::format("{}{}", server::promote_path, options.is_forced ? server::forced_query : ""),
      {{std::string(server::node_header), "operator"}}, patience);
  if (!answer) return fail(errors::unreachable, answer.error().message);
  std::string sentence = printable(shown(answer->body.substr(0, answer->body.find('\n'))));
  if (answer->status == 401 || answer->status == 403)
    return fail(errors::denied, std::move(sentence));
  if (answer->status != 200) return fail(errors::refused, std::move(sentence));
  fmt::print("{}\n", sentence);
  return ExitCode::done;
}

}  // namespace mailrail::cli
