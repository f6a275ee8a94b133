#include "load/script.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/check.h"
#include "base/json.h"
#include "base/shown.h"

namespace mailrail::load {
namespace {

constexpr std::size_t group_characters_max = 128;

// Letters only, so that it is as long with escapes as without.
std::string letters(std::size_t count) {
  std::string text(count, ' ');
  for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

// What a MessageGroupId may be; it needs an escape in JSON where it has a quote or a backslash.
bool is_group_name(std::string_view name) {
  return !name.empty() && name.size() <= group_characters_max &&
         std::ranges::all_of(name, [](char each) { return each > ' ' && each < 0x7f; });
}

std::string json_escaped(std::string_view text) {
  std::string out;
  JsonWriter(out).string(text);
  return out.substr(1, out.size() - 2);
}

std::unexpected<Error> wrong_line(std::size_t number, std::string_view why) {
  return fail(errors::unusable, fmt::format("Line {} {}.", number, why));
}

// The conversation that a line belongs to.
Result<std::string> conversation_of(simdjson::dom::parser& parser,
                                    std::string_view line,
                                    std::size_t number) {
  simdjson::dom::element document;
  if (parser.parse(line.data(), line.size()).get(document) != simdjson::SUCCESS ||
      !document.is_object())
    return wrong_line(number, "is no JSON object");
  std::string_view conversation;
  if (document["conversation"].get(conversation) != simdjson::SUCCESS)
    return wrong_line(number, "has no text \"conversation\"");
  if (is_group_name(conversation)) return std::string(conversation);
  return wrong_line(
      number, fmt::format("has the conversation \"{}\", and it must be 1 to {} letters, digits "
                          "and punctuation of ASCII",
                          shown(conversation), group_characters_max));
}

}  // namespace

Script Script::made_up(const MadeUp& options) {
  Script script;
  script.texts_.push_back(letters(options.text_bytes));
  for (std::uint64_t i = 0; i < options.groups; ++i)
    script.groups_.push_back(fmt::format("group-{:08}", options.first_group + i));
  return script;
}

Script Script::of_texts(std::vector<std::string> texts) {
  Script script;
  script.texts_ = std::move(texts);
  return script;
}

Result<Script> Script::conversations(std::string_view lines) {
  Script script;
  script.is_file_ = true;
  simdjson::dom::parser parser;
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::string_view text = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(text.size() + 1, lines.size()));
    if (text.empty()) continue;
    const std::string conversation = TRY(conversation_of(parser, text, number));
    const auto [group, is_new] = known.try_emplace(conversation, script.groups());
    if (is_new) script.groups_.push_back(json_escaped(conversation));
    script.group_of_line_.push_back(group->second);
    script.texts_.push_back(json_escaped(text));
  }
  if (script.texts_.empty()) return fail(errors::unusable, "There is no line in it.");
  return script;
}

void Script::deal(std::uint32_t parts) {
  if (!is_file_) return;
  lines_of_part_.assign(parts, {});
  for (std::uint32_t i = 0; i < group_of_line_.size(); ++i)
    lines_of_part_[group_of_line_[i] % parts].push_back(i);
}

std::optional<Item> Script::item(const Part& part, std::uint64_t k) const {
  if (is_file_) {
    CHECK(lines_of_part_.size() == part.of);
    const std::vector<std::uint32_t>& own = lines_of_part_[part.number];
    if (k >= own.size()) return std::nullopt;
    const std::uint32_t line = own[static_cast<std::size_t>(k)];
    return Item{.turn = line, .group = group_of_line_[line], .text = line};
  }
  Item item{.turn = k * part.of + part.number};
  item.text = static_cast<std::size_t>(item.turn % texts_.size());
  if (groups_.empty()) return item;
  if (part.number >= groups()) return std::nullopt;
  const std::uint32_t own = (groups() - part.number + part.of - 1) / part.of;
  item.group = part.number + static_cast<std::uint32_t>(k % own) * part.of;
  return item;
}

std::string_view Script::group_name(std::uint32_t group) const {
  return groups_.empty() ? std::string_view() : std::string_view(groups_[group]);
}

std::optional<std::uint64_t> Script::message_count() const {
  if (!is_file_) return std::nullopt;
  return texts_.size();
}

}  // namespace mailrail::load
