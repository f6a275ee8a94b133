// Any text as a topology: TOML, JSON, a template of CloudFormation, or a configuration of
// ElasticMQ. The first byte says which.
//
// It is refused with sentences, or it is a topology: planned for a server that has nothing, and
// planned again for what that would leave, nothing is left to do.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "topology/document.h"
#include "topology/elasticmq.h"
#include "topology/plan_testing.h"
#include "topology/reader.h"
#include "topology/template.h"

namespace mailrail::topology {
namespace {

Format format_of(char first) {
  if (first == 'j') return Format::json;
  return first == 'h' ? Format::hocon : Format::toml;
}

Checked<Topology> read(const Document& document) {
  if (is_template(document)) return read_template(document, {.parameters = {{"Role.Arn", "role"}}});
  return is_elasticmq(document) ? read_elasticmq(document, {}) : read_topology(document, {});
}

void fuzz(std::string_view text) {
  if (text.empty()) return;
  const auto document = parse_document(text.substr(1), "file", format_of(text.front()));
  if (!document) {
    CHECK(document.error().message.starts_with("file:"));
    return;
  }
  const auto topology = read(*document);
  if (!topology) {
    CHECK(!topology.error().empty());
    for (const std::string& each : topology.error()) CHECK(each.starts_with("file:"));
    return;
  }
  const auto first = plan(*topology, {}, Pruning::off);
  if (!first) return;
  CHECK(first->steps.size() >= topology->queues.size() + topology->topics.size());
  const auto second = plan(*topology, after({}, *first), Pruning::on);
  CHECK(second && second->changes_nothing());
}

}  // namespace
}  // namespace mailrail::topology

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::topology::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
