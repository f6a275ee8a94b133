#include "cli/rows.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <strings.h>
#include <unistd.h>

#include "base/check.h"
#include "cli/argument.h"
#include "cli/printable.h"
#include "wire/json_encode.h"

namespace mailrail::cli {
namespace {

namespace json = boost::json;

Form form_of(const OutputOptions& options, bool is_terminal, OffTerminal off_terminal) {
  if (options.format) return Form::format;
  if (options.is_json || options.output == "json") return Form::json;
  if (options.output == "jsonl") return Form::json_lines;
  if (options.output == "tsv") return Form::tabs;
  if (options.output == "table" || is_terminal) return Form::table;
  return off_terminal == OffTerminal::tabs ? Form::tabs : Form::json_lines;
}

const json::value* find(const json::object& object, std::string_view name) {
  for (const auto& each : object) {
    const std::string_view key = each.key();
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), key.size()) == 0)
      return &each.value();
  }
  return nullptr;
}

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return {};
  return json::serialize(value);
}

// JSON leaves DEL and C1 as they are; escaped they are the same document.
std::string json_text(const json::value& value) { return printable(json::serialize(value)); }

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// Members of members have the way to them for a name.
void add_members(std::vector<Row>& rows, const std::string& prefix, const json::object& object) {
  for (const auto& each : object) {
    const std::string way = prefix + std::string(each.key());
    if (each.value().is_object()) {
      add_members(rows, way + ".", each.value().get_object());
    } else {
      rows.push_back({printable(way), printable(text_of(each.value()))});
    }
  }
}

}  // namespace

void add_output_options(CLI::App& command, OutputOptions& options) {
  add_option(command, "-o,--output", options.output,
             "table, json (one document), jsonl (a line each) or tsv. Default: table on a "
             "terminal, else tsv, or jsonl for messages and events.")
      .one_of({"table", "json", "jsonl", "tsv"});
  add_flag(command, "--json", options.is_json, "The same as -o json.");
  add_option(command, "--format", options.format,
             "A line of one's own for each, like '{MessageId} {Body}'.");
}

Rows::Rows(const OutputOptions& options, Layout layout)
    : layout_(std::move(layout)),
      form_(form_of(options, ::isatty(STDOUT_FILENO) == 1, layout_.off_terminal)),
      format_(options.format.value_or("")),
      is_terminal_(::isatty(STDOUT_FILENO) == 1) {}

void Rows::add(json::object row) { rows_.push_back(std::move(row)); }

void Rows::flush() {
  if (form_ == Form::json) return;
  if (form_ == Form::table) {
    std::vector<Row> lines;
    if (!has_heading_ && !rows_.empty()) {
      Row& heading = lines.emplace_back();
      for (const Column& each : layout_.columns) heading.emplace_back(each.heading);
      has_heading_ = true;
    }
    for (const json::object& row : rows_) {
      Row& line = lines.emplace_back();
      for (const Column& each : layout_.columns)
        line.push_back(cut(printable(text_at(row, each.way)), each.characters_max));
    }
    print(table_.lines(lines));
  } else {
    for (const json::object& row : rows_) print(line_of(row) + '\n');
  }
  rows_.clear();
  std::fflush(stdout);
}

void Rows::finish() {
  if (form_ == Form::table && is_terminal_ && !has_heading_ && rows_.empty())
    fmt::print(stderr, "No {}.\n", boost::algorithm::to_lower_copy(std::string(layout_.list_name)));
  if (form_ != Form::json) return flush();
  json::array list;
  for (json::object& each : rows_) list.emplace_back(std::move(each));
  rows_.clear();
  print(json_text(json::object{{layout_.list_name, std::move(list)}}) + '\n');
  std::fflush(stdout);
}

std::string Rows::line_of(const json::object& row) const {
  if (form_ == Form::json_lines) return json_text(row);
  if (form_ == Form::format) {
    std::string line = formatted(format_, row);
    return is_terminal_ ? printable(line) : line;
  }
  std::string line;
  for (const Column& each : layout_.columns) {
    if (&each != &layout_.columns.front()) line += '\t';
    line += printable(text_at(row, each.way));
  }
  return line;
}

void print_object(const OutputOptions& options, const json::object& object) {
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  switch (form_of(options, is_terminal, OffTerminal::tabs)) {
    case Form::json:
    case Form::json_lines:
      print(json_text(object) + '\n');
      return;
    case Form::format: {
      const std::string line = formatted(*options.format, object);
      print((is_terminal ? printable(line) : line) + '\n');
      return;
    }
    case Form::tabs: {
      std::vector<Row> rows;
      add_members(rows, "", object);
      for (const Row& each : rows) print(fmt::format("{}\t{}\n", each[0], each[1]));
      return;
    }
    case Form::table: {
      std::vector<Row> rows;
      add_members(rows, "", object);
      print(TextTable().lines(rows));
      return;
    }
  }
}

json::object object_of(Source structure) {
  json::error_code error;
  json::value value = json::parse(wire::encode_json(structure), error);
  CHECK(!error && value.is_object());
  return std::move(value.get_object());
}

std::string text_at(const json::object& object, std::string_view way) {
  // A name may itself hold a dot, as those of attributes do.
  if (const json::value* whole = find(object, way)) return text_of(*whole);
  const std::size_t dot = way.find('.');
  if (dot == std::string_view::npos) return {};
  const json::value* member = find(object, way.substr(0, dot));
  if (member == nullptr || !member->is_object()) return {};
  return text_at(member->get_object(), way.substr(dot + 1));
}

std::string formatted(std::string_view format, const json::object& object) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const std::string_view two = format.substr(i, 2);
    if (two == "{{" || two == "}}" || two == "\\\\") {
      out += two.front();
      ++i;
    } else if (two == "\\n" || two == "\\t") {
      out += two == "\\n" ? '\n' : '\t';
      ++i;
    } else if (const std::size_t end = format.find('}', i);
               format[i] == '{' && end != std::string_view::npos) {
      out += text_at(object, format.substr(i + 1, end - i - 1));
      i = end;
    } else {
      out += format[i];
    }
  }
  return out;
}

}  // namespace mailrail::cli
