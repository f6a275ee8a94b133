// Arbitrary bytes as facts: they are refused, or what was read can be written and read again.
//
// The first byte chooses what the others are: a payload (0), the fields of one message whose length
// and checksum are put right (1), because a fuzzer can't guess those; or, with such a message as
// their body, those of a publication (2) or of a shared body that was moved (3), behind their
// length.

#include <cstdint>
#include <string>
#include <string_view>

#include <xxhash.h>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/fact_codec.h"

namespace mailrail::engine {
namespace {

enum Mode : std::uint8_t { payload = 0, message = 1, publication = 2, moved_body = 3 };

constexpr char sent_type = 6;
constexpr char published_type = 24;
constexpr char shared_body_relocated_type = 25;

std::string with_length(std::string_view fact) {
  std::string payload;
  ByteWriter(payload).string(fact);
  return payload;
}

std::string signed_message(std::string_view fields) {
  std::string fact = sent_type + std::string(fields);
  const auto checksum = static_cast<std::uint32_t>(XXH3_64bits(fact.data(), fact.size()));
  ByteWriter(fact).u32(checksum);
  return with_length(fact);
}

std::string around_message(char type, std::string_view input) {
  ByteReader in(input);
  std::string fact = type + std::string(in.string());
  ByteWriter(fact).string(signed_message(in.rest()));
  return with_length(fact);
}

std::string payload_of(Mode mode, std::string_view input) {
  switch (mode) {
    case payload:
      return std::string(input);
    case message:
      return signed_message(input);
    case publication:
      return around_message(published_type, input);
    case moved_body:
      return around_message(shared_body_relocated_type, input);
  }
  return {};
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
  using namespace mailrail::engine;
  run(payload_of(static_cast<Mode>(input[0] & 3), input.substr(1)));
  return 0;
}
