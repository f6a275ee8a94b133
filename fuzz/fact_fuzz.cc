// Arbitrary bytes as facts: they are refused, or what was read can be written and read again.
//
// The first byte chooses what the others are: a payload (0), or the fields of one message whose
// length and checksum are put right (1), because a fuzzer can't guess those.

#include <cstdint>
#include <string>
#include <string_view>

#include <xxhash.h>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/fact_codec.h"

namespace mailrail::engine {
namespace {

constexpr char sent_type = 6;

std::string signed_message(std::string_view fields) {
  std::string fact = sent_type + std::string(fields);
  const auto checksum = static_cast<std::uint32_t>(XXH3_64bits(fact.data(), fact.size()));
  ByteWriter(fact).u32(checksum);
  std::string payload;
  ByteWriter(payload).string(fact);
  return payload;
}

// The facts of a payload, written anew; as far as they can be read.
std::string rewritten(std::string_view payload) {
  std::string again;
  std::uint64_t end = 0;
  const auto decoded = decode_facts(payload, [&](const Fact& fact, FactPlace place) {
    CHECK(place.offset == end && place.offset + place.length <= payload.size());
    end = place.offset + place.length;
    encode_fact(fact, again);
  });
  CHECK(!decoded || end == payload.size());
  return again;
}

void run(std::string_view payload) {
  const std::string once = rewritten(payload);
  CHECK(rewritten(once) == once);
  if (const auto sent = decode_sent(payload)) {
    std::string again;
    encode_fact(*sent, again);
    const auto read = decode_sent(again);
    CHECK(read && read->record == sent->record && read->seq == sent->seq);
  }
}

}  // namespace
}  // namespace mailrail::engine

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view rest = input.substr(1);
  using namespace mailrail::engine;
  run((input[0] & 1) == 0 ? std::string(rest) : signed_message(rest));
  return 0;
}
