// Rows: what a command tells, one object after another, in the form that was asked for: a table for
// people; one JSON document, JSON lines, or lines with tabs for programs; or a text of one's own.
//
// The objects are what the services answered, by AWS's names, so that programs find what they know
// from AWS. Only tables may change from version to version. Texts of others harm no terminal.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.h"
#include "base/shape.h"
#include "cli/text_table.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

enum class Form : std::uint8_t { table, json, json_lines, tabs, format };

struct OutputOptions {
  std::optional<std::string> output = {};
  bool is_json = false;
  std::optional<std::string> format = {};

  // Also of errors.
  bool wants_json() const { return is_json || output == "json" || output == "jsonl"; }
};

void add_output_options(CLI::App& command, OutputOptions& options);

// A member of the objects, by its way from them: `Attributes.MessageGroupId`.
struct Column {
  std::string_view heading;
  std::string_view way;
  std::size_t characters_max = 100;  // In a table.
};

// Where nobody says which form: what a program reads line by line is JSON, the rest has tabs.
enum class OffTerminal : std::uint8_t { tabs, json_lines };

struct Layout {
  std::string_view list_name;  // Of the list in the JSON document.
  std::vector<Column> columns;
  OffTerminal off_terminal = OffTerminal::tabs;
};

class Rows {
 public:
  Rows(const OutputOptions& options, Layout layout);

  void add(boost::json::object row);

  // Prints what can be printed by now: all but a JSON document, which needs its end.
  void flush();

  // At the end. Tells a person, not a program, that there was nothing.
  void finish();

  Form form() const { return form_; }

 private:
  std::string line_of(const boost::json::object& row) const;

  Layout layout_;
  Form form_;
  std::string format_;
  bool is_terminal_;
  bool has_heading_ = false;
  TextTable table_;
  std::vector<boost::json::object> rows_;
};

// One object alone, such as the settings of a queue: in a table and with tabs a line for each
// member.
void print_object(const OutputOptions& options, const boost::json::object& object);

// By its shape.
boost::json::object object_of(Source structure);
template <class Structure>
boost::json::object object_of(const Structure& structure) {
  return object_of(source_of(structure));
}

// A member as text; empty if it is not there. Names are found in whatever letters.
std::string text_at(const boost::json::object& object, std::string_view way);

// `{Body}` and the like become members; `{{` is a brace, `\n` and `\t` what they are in C++.
std::string formatted(std::string_view format, const boost::json::object& object);

}  // namespace mailrail::cli
