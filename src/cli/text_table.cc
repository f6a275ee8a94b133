#include "cli/text_table.h"

#include <algorithm>

#include <fmt/format.h>

namespace mailrail::cli {
namespace {

bool is_continuation(char each) { return (static_cast<unsigned char>(each) & 0xc0) == 0x80; }

std::size_t width(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

}  // namespace

std::string TextTable::lines(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    widths_.resize(std::max(widths_.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], width(row[i]));
  }
  std::string lines;
  for (const Row& row : rows) lines += line(row);
  return lines;
}

std::string TextTable::line(const Row& row) const {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string_view begin = i == 0 && paint_ != nullptr ? paint_(row[i]) : "";
    line += fmt::format("{}{}{}", begin, row[i], begin.empty() ? "" : "\x1b[0m");
    line.append(widths_[i] - width(row[i]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string cut(std::string_view text, std::size_t characters_max) {
  if (width(text) <= characters_max) return std::string(text);
  std::size_t characters = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    if (!is_continuation(text[end]) && ++characters == characters_max) break;
    ++end;
  }
  return std::string(text.substr(0, end)) + "\u2026";
}

}  // namespace mailrail::cli
