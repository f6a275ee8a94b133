#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/micro/case.h"
#include "engine/fact_codec.h"
#include "engine/turn.h"
#include "log/file/format.h"

namespace mailrail::bench {
namespace {

constexpr int facts_of_a_frame = 32;

const std::string record(1024, 'x');

engine::FactWriter filled() {
  engine::FactWriter facts(Position(4096));
  for (std::uint64_t i = 0; i < facts_of_a_frame; ++i) {
    facts.append(engine::Sent{.queue = QueueId{1},
                              .seq = Seq{i + 1},
                              .at = from_unix_ms(1'700'000'000'000),
                              .group = "group-00000042",
                              .deduplication_id = "5e1f09ab-000000000123",
                              .record = record});
  }
  return facts;
}

}  // namespace

std::vector<Case> frame_cases() {
  return {
      {"frame/build_32", [] { return [] { benchmark::DoNotOptimize(filled()); }; }},
      {"frame/seal_32",
       [] {
         return [facts = std::make_shared<engine::FactWriter>(filled())] {
           log::format::FrameHeader header{
               .count = facts->count(),
               .length = static_cast<std::uint32_t>(facts->payload().size()),
               .payload_checksum = log::format::checksum(facts->payload(), 7)};
           header.checksum = log::format::header_checksum(header, 7);
           benchmark::DoNotOptimize(header);
         };
       }},
      {"frame/decode_32",
       [] {
         return [facts = std::make_shared<engine::FactWriter>(filled())] {
           int count = 0;
           const auto decoded = engine::decode_facts(
               facts->payload(), [&](const engine::Fact&, engine::FactPlace) { ++count; });
           CHECK(decoded && count == facts_of_a_frame);
         };
       }},
  };
}

}  // namespace mailrail::bench
