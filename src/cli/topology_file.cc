#include "cli/topology_file.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/text_file.h"
#include "topology/document.h"
#include "topology/elasticmq.h"
#include "topology/reader.h"
#include "topology/template.h"

namespace mailrail::cli {
namespace {

using topology::Format;

bool is_yaml(const std::string& path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

Format format_of(const std::string& path, const std::string& text) {
  if (path.ends_with(".json")) return Format::json;
  if (path.ends_with(".toml")) return Format::toml;
  if (path.ends_with(".conf") || path.ends_with(".hocon")) return Format::hocon;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string::npos && text[begin] == '{' ? Format::json : Format::toml;
}

// shop.template.json is of the stack shop.
std::string stack_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.substr(0, name.find('.'));
}

std::unexpected<topology::Problems> problem(std::string sentence) {
  return std::unexpected(topology::Problems{std::move(sentence)});
}

}  // namespace

Result<std::map<std::string, std::string>> parse_parameters(const std::vector<std::string>& given) {
  std::map<std::string, std::string> parameters;
  for (const std::string& each : given) {
    const std::size_t end = each.find('=');
    if (end == std::string::npos || end == 0) {
      return fail(errors::usage, fmt::format("A parameter must be NAME=VALUE, not \"{}\".", each));
    }
    parameters[each.substr(0, end)] = each.substr(end + 1);
  }
  return parameters;
}

topology::Checked<topology::Topology> read_topology_file(const std::string& path,
                                                         topology::TemplateSetting setting) {
  if (is_yaml(path)) {
    return problem(
        fmt::format("{} is YAML, which is not read here. The CDK leaves JSON in cdk.out; "
                    "a topology of your own is TOML or JSON.",
                    path));
  }
  const auto text = read_text_file(path);
  if (!text) return problem(text.error().message);
  const auto document = topology::parse_document(*text, path, format_of(path, *text));
  if (!document) return problem(document.error().message);
  setting.stack = stack_of(path);
  if (topology::is_template(*document)) return topology::read_template(*document, setting);
  if (topology::is_elasticmq(*document)) return topology::read_elasticmq(*document, setting.place);
  return topology::read_topology(*document, setting.place);
}

}  // namespace mailrail::cli
