// TextTable: rows of texts as columns for people, aligned by what they take on a terminal.
//
// Widths grow with what comes, so that a table can go on: what was printed is never changed.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mailrail::cli {

using Row = std::vector<std::string>;

class TextTable {
 public:
  // The colour of a text in the first column, as a terminal is told it. Empty: none.
  using Paint = std::string_view (*)(std::string_view text);

  explicit TextTable(Paint paint = nullptr) : paint_(paint) {}

  // A line each. All rows of a table have as many columns. The texts must be printable.
  std::string lines(const std::vector<Row>& rows);

 private:
  std::string line(const Row& row) const;

  Paint paint_;
  std::vector<std::size_t> widths_;
};

// At most so many characters of it, with an ellipsis where it was cut.
std::string cut(std::string_view text, std::size_t characters_max);

}  // namespace mailrail::cli
