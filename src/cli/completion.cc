#include "cli/completion.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mailrail::cli {
namespace {

// Within single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string made = "'";
  for (const char each : text) {
    if (each == '\'') {
      made += "'\\''";
    } else {
      made += each;
    }
  }
  return made + "'";
}

// fish has no '\'', but \' within quotes.
std::string fish_quoted(std::string_view text) {
  std::string made = "'";
  for (const char each : text) {
    if (each == '\'' || each == '\\') made += '\\';
    made += each;
  }
  return made + "'";
}

// Patterns of a case: the command followed by a name of the option.
std::string with_names(const CommandView& command, const OptionView& option) {
  std::string patterns;
  for (const std::string& each : option.names)
    patterns += fmt::format("{}{}", patterns.empty() ? "" : "|", quoted(command.path + " " + each));
  return patterns;
}

// The paths of all commands but the first, which is the program.
std::vector<std::string> inner_paths(const std::vector<CommandView>& tree) {
  std::vector<std::string> paths;
  for (std::size_t i = 1; i < tree.size(); ++i) paths.push_back(quoted(tree[i].path));
  return paths;
}

// A name with a colon and what it means.
std::string zsh_candidate(std::string_view name, const std::string& meaning) {
  return quoted(fmt::format("{}:{}", name, first_sentence(meaning)));
}

std::string meaning_of(const std::vector<CommandView>& tree, const std::string& path) {
  return std::ranges::find(tree, path, &CommandView::path)->meaning;
}

void add_fish_option(std::string& script, const std::string& where, const OptionView& option) {
  script += fmt::format("complete -c mailrail -n {}", where);
  for (const std::string& each : option.names) {
    script += each.starts_with("--") ? fmt::format(" -l {}", each.substr(2))
                                     : fmt::format(" -s {}", each.substr(1));
  }
  if (!option.choices.empty()) {
    script +=
        fmt::format(" -x -a {}", fish_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  } else if (!option.value.empty()) {
    script += " -r -F";
  }
  script += fmt::format(" -d {}\n", fish_quoted(first_sentence(option.meaning)));
}

}  // namespace

std::string bash_completion(const std::vector<CommandView>& tree) {
  std::string choices;
  std::string files;
  std::string words;
  for (const CommandView& command : tree) {
    std::vector<std::string> all = command.subcommands;
    for (const OptionView& option : command.options) {
      const std::vector<std::string>& offered =
          option.names.empty() ? option.choices : option.names;
      all.insert(all.end(), offered.begin(), offered.end());
      if (option.names.empty() || option.value.empty()) continue;
      const std::string patterns = with_names(command, option);
      if (option.choices.empty()) {
        files += fmt::format("{}{}", files.empty() ? "" : "|", patterns);
      } else {
        choices += fmt::format("    {}) words={} ;;\n", patterns,
                               quoted(fmt::format("{}", fmt::join(option.choices, " "))));
      }
    }
    words += fmt::format("    {}) words={} ;;\n", quoted(command.path),
                         quoted(fmt::format("{}", fmt::join(all, " "))));
  }
  return fmt::format(R"(# Completion of mailrail for bash: source <(mailrail completion bash)

_mailrail() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local at=mailrail words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${{COMP_WORDS[i]}}" in
    {}) at+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
  case "$at $before" in
    {}) return ;;
{}  esac
  if [[ -z $words ]]; then
    case "$at" in
{}    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -o bashdefault -o default -F _mailrail mailrail
)",
                     fmt::join(inner_paths(tree), "|"), files, choices, words);
}

std::string zsh_completion(const std::vector<CommandView>& tree) {
  std::string choices;
  std::string files;
  std::string words;
  for (const CommandView& command : tree) {
    words += fmt::format("    ({})\n      candidates=(", quoted(command.path));
    for (const std::string& each : command.subcommands)
      words += zsh_candidate(each, meaning_of(tree, command.path + " " + each)) + " ";
    for (const OptionView& option : command.options) {
      for (const std::string& each : option.names.empty() ? option.choices : option.names)
        words += zsh_candidate(each, option.meaning) + " ";
      if (option.names.empty() || option.value.empty()) continue;
      const std::string patterns = with_names(command, option);
      if (option.choices.empty()) {
        files += fmt::format("{}{}", files.empty() ? "" : "|", patterns);
      } else {
        choices += fmt::format("    ({}) candidates=({}); _describe value candidates; return ;;\n",
                               patterns, fmt::join(option.choices, " "));
      }
    }
    words += ") ;;\n";
  }
  return fmt::format(R"(#compdef mailrail
# Completion of mailrail for zsh: mailrail completion zsh > "${{fpath[1]}}/_mailrail"

_mailrail() {{
  local at=mailrail each
  local -a candidates
  for each in "${{(@)words[2,CURRENT-1]}}"; do
    case "$at $each" in
    ({}) at+=" $each" ;;
    esac
  done
  case "$at ${{words[CURRENT-1]}}" in
    ({}) _files; return ;;
{}  esac
  case "$at" in
{}  esac
  _describe command candidates || _files
}}
if [[ "$funcstack[1]" == _mailrail ]]; then _mailrail "$@"; else compdef _mailrail mailrail; fi
)",
                     fmt::join(inner_paths(tree), "|"), files, choices, words);
}

std::string fish_completion(const std::vector<CommandView>& tree) {
  std::vector<std::string> paths;
  for (std::size_t i = 1; i < tree.size(); ++i) paths.push_back(fish_quoted(tree[i].path));
  std::string script =
      fmt::format(R"(# Completion of mailrail for fish: mailrail completion fish | source

function __mailrail_at
    set -l at mailrail
    for each in (commandline -opc)[2..-1]
        if contains -- "$at $each" {}
            set at "$at $each"
        end
    end
    test "$at" = "$argv"
end
)",
                  fmt::join(paths, " "));
  for (const CommandView& command : tree) {
    const std::string where = fish_quoted(fmt::format("__mailrail_at {}", command.path));
    for (const std::string& each : command.subcommands) {
      script +=
          fmt::format("complete -c mailrail -n {} -f -a {} -d {}\n", where, each,
                      fish_quoted(first_sentence(meaning_of(tree, command.path + " " + each))));
    }
    for (const OptionView& option : command.options) {
      if (!option.names.empty()) add_fish_option(script, where, option);
      if (option.names.empty() && !option.choices.empty()) {
        script += fmt::format("complete -c mailrail -n {} -f -a {}\n", where,
                              fish_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
      }
    }
  }
  return script;
}

}  // namespace mailrail::cli
