#include "cli/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/known_variables.h"

namespace mailrail::cli {
namespace {

// So that roff takes it as the text that it is, and a hyphen can be copied into a shell.
std::string escaped(std::string_view text) {
  std::string made;
  for (const char each : text) {
    const bool begins_line = made.empty() || made.back() == '\n';
    if (begins_line && (each == '.' || each == '\'')) made += "\\&";
    if (each == '\\') {
      made += "\\e";
    } else if (each == '-') {
      made += "\\-";
    } else if (each == '\n') {
      made += "\n.br\n";
    } else {
      made += each;
    }
  }
  return made;
}

// In quotes of a macro's argument.
std::string argument(std::string_view text) {
  std::string made;
  for (const char each : escaped(text)) {
    if (each == '"') {
      made += "\\(dq";
    } else {
      made += each;
    }
  }
  return made;
}

std::string synopsis(const CommandView& command) {
  std::string made = command.path;
  bool has_options = false;
  for (const OptionView& each : command.options) has_options = has_options || !each.names.empty();
  if (!command.subcommands.empty()) made += " COMMAND";
  for (const OptionView& each : command.options) {
    if (each.names.empty()) made += each.is_required ? " " + each.value : " [" + each.value + "]";
  }
  return made + (has_options ? " [OPTIONS]" : "");
}

std::string option_text(const OptionView& option) {
  std::string head;
  if (option.names.empty()) {
    head = fmt::format("\\fI{}\\fR", escaped(option.value));
  } else {
    for (const std::string& each : option.names)
      head += fmt::format("{}\\fB{}\\fR", head.empty() ? "" : ", ", escaped(each));
    const std::string choices = fmt::format("{}", fmt::join(option.choices, "|"));
    if (!option.value.empty())
      head += fmt::format(" \\fI{}\\fR", escaped(choices.empty() ? option.value : choices));
  }
  std::string text = fmt::format(".TP\n{}\n{}\n", head, escaped(option.meaning));
  if (!option.fallback.empty()) text += fmt::format("Default: {}.\n", escaped(option.fallback));
  return text;
}

std::string command_text(const CommandView& command) {
  std::string text =
      fmt::format(".SS \"{}\"\n{}\n", argument(synopsis(command)), escaped(command.meaning));
  for (const OptionView& each : command.options) {
    const bool is_help = each.names == std::vector<std::string>{"-h", "--help"};
    if (!is_help) text += option_text(each);
  }
  return text;
}

constexpr std::string_view environment_head = R"(.SH ENVIRONMENT
Every long option of
.B mailrail serve
is a variable, too:
.B \-\-disk\-limit
is
.BR MAILRAIL_DISK_LIMIT .
A list has commas between its elements. A flag counts before a variable, that before the
configuration file. Others are:
)";

constexpr std::string_view rest = R"(.SH FILES
The first of these that is there is read by
.BR "mailrail serve" ,
unless
.B \-\-config
or
.B MAILRAIL_CONFIG
names another one:
.TP
.I mailrail.toml
in the working directory
.TP
.I $XDG_CONFIG_HOME/mailrail/mailrail.toml
or ~/.config/mailrail/mailrail.toml
.TP
.I /etc/mailrail/mailrail.toml
.SH "EXIT STATUS"
.TP
.B 0
done
.TP
.B 1
failed
.TP
.B 2
a command, an option or a file is wrong
.TP
.B 3
there is no such queue, topic or other thing
.TP
.B 4
refused: not confirmed, or an endpoint of AWS without
.B \-\-aws
.TP
.B 5
the credentials do not allow it
.TP
.B 6
the server does not answer
.TP
.B 7
nothing was received, with
.B \-\-fail\-empty
.TP
.B 8
part of a batch failed
.TP
.B 9
over a quota
.TP
.B 130
interrupted
)";

}  // namespace

std::string manual(const std::vector<CommandView>& tree, const std::string& version) {
  const CommandView& program = tree.front();
  std::string text = fmt::format(
      ".TH MAILRAIL 1 \"\" \"mailrail {}\" \"User Commands\"\n.SH NAME\nmailrail \\- durable, "
      "ordered "
      "message queues behind the APIs of Amazon SQS and SNS\n.SH SYNOPSIS\n.B mailrail\n.I "
      "COMMAND\n[\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n{}\n.SH COMMANDS\n",
      version, escaped(program.meaning));
  for (const CommandView& each : tree)
    if (&each != &program && each.subcommands.empty()) text += command_text(each);
  text += environment_head;
  for (const KnownVariable& each : known_variables)
    text += fmt::format(".TP\n.B {}\n{}\n", each.name, escaped(each.meaning));
  return text + std::string(rest);
}

}  // namespace mailrail::cli
