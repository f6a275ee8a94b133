#include "cli/confirm.h"

#include <cstdio>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/argument.h"
#include "cli/exit_codes.h"
#include "cli/printable.h"

namespace mailrail::cli {

void add_confirmation(CLI::App& command, Confirmation& confirmation) {
  add_flag(command, "--yes", confirmation.is_given, "Don't ask first.");
}

Result<void> confirm(const Confirmation& confirmation, const std::string& what) {
  if (confirmation.is_given) return {};
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
    return fail(errors::unconfirmed, fmt::format("This {}. Add --yes if that is meant.", what));
  fmt::print(stderr, "This {}. Type yes to go on: ", printable(what));
  char answer[16] = {};
  const bool has_answer = std::fgets(answer, sizeof answer, stdin) != nullptr;
  if (has_answer && std::string_view(answer) == "yes\n") return {};
  return fail(errors::unconfirmed, "Nothing was done.");
}

}  // namespace mailrail::cli
