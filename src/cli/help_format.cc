#include "cli/help_format.h"

#include <string_view>

#include "cli/command_tree.h"

namespace mailrail::cli {
namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t meaning_column = 26;

// A word that is longer than a line has one to itself. Line ends of the text stay.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    if (column > indent && column + 1 + word.size() > columns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    if (end == std::string_view::npos) break;
    if (text[end] == '\n') {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string entry(const std::string& name, std::string_view meaning) {
  std::string out = "  " + name;
  if (meaning.empty()) return out + '\n';
  out += out.size() < meaning_column ? std::string(meaning_column - out.size(), ' ')
                                     : '\n' + std::string(meaning_column, ' ');
  return out + wrapped(meaning, meaning_column) + '\n';
}

}  // namespace

std::string HelpFormat::make_description(const CLI::App* app) const {
  return wrapped(CLI::Formatter::make_description(app), 0);
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  return entry(command->get_display_name(true), first_sentence(command->get_description()) + '.');
}

std::string HelpFormat::make_option(const CLI::Option* option, bool is_positional) const {
  return entry(make_option_name(option, is_positional) + make_option_opts(option),
               make_option_desc(option));
}

}  // namespace mailrail::cli
