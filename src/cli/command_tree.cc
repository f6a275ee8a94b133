#include "cli/command_tree.h"

#include <algorithm>
#include <cctype>

#include <CLI/CLI.hpp>

namespace mailrail::cli {
namespace {

// CLI11 shows what IsMember allows within braces: "TEXT:{table,tsv}"; and what CheckedTransformer
// does with what each becomes: "TEXT:value in {parked->Parked,...}".
std::vector<std::string> choices_in(const std::string& type) {
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  std::vector<std::string> choices =
      CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
  for (std::string& each : choices) each.resize(std::min(each.find("->"), each.size()));
  return choices;
}

// From an option's long name, as its type says only that it is text.
std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  if (option.get_lnames().empty() && option.get_snames().empty()) return option.get_name(true);
  const std::string type = option.get_type_name();
  if (type.starts_with("INT") || type.starts_with("UINT") || type.starts_with("FLOAT"))
    return "NUMBER";
  const std::string name =
      option.get_lnames().empty() ? option.get_snames().front() : option.get_lnames().front();
  std::string upper = name.substr(name.rfind('-') + 1);
  for (char& each : upper) each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
  return upper;
}

OptionView view_of(const CLI::Option& option) {
  OptionView made{.value = value_name(option),
                  .choices = choices_in(option.get_type_name()),
                  .meaning = option.get_description(),
                  .fallback = option.get_default_str(),
                  .is_required = option.get_required()};
  for (const std::string& each : option.get_snames()) made.names.push_back("-" + each);
  for (const std::string& each : option.get_lnames()) made.names.push_back("--" + each);
  return made;
}

void add(const CLI::App& app, const std::string& above, std::vector<CommandView>& tree) {
  const std::string path = above.empty() ? app.get_name() : above + " " + app.get_name();
  CommandView view{
      .path = path, .meaning = app.get_description(), .options = {}, .subcommands = {}};
  for (const CLI::Option* each : app.get_options())
    if (!each->get_group().empty()) view.options.push_back(view_of(*each));
  std::vector<const CLI::App*> inner = app.get_subcommands([](const CLI::App*) { return true; });
  std::erase_if(inner, [](const CLI::App* each) { return each->get_group().empty(); });
  for (const CLI::App* each : inner) view.subcommands.push_back(each->get_name());
  tree.push_back(std::move(view));
  for (const CLI::App* each : inner) add(*each, path, tree);
}

}  // namespace

std::vector<CommandView> command_tree(const CLI::App& app) {
  std::vector<CommandView> tree;
  add(app, "", tree);
  return tree;
}

std::string first_sentence(const std::string& text) {
  const std::size_t end = std::min(text.find(". "), text.find(".\n"));
  std::string sentence = text.substr(0, end);
  if (sentence.ends_with('.')) sentence.pop_back();
  std::ranges::replace(sentence, '\n', ' ');
  return sentence;
}

}  // namespace mailrail::cli
