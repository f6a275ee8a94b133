#include "log/postgres/layout.h"

#include <string>
#include <string_view>

#include <xxhash.h>

#include "base/bytes.h"

namespace mailrail::log::postgres {
namespace {

std::uint64_t hash(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace

std::uint64_t checksum_of(const StoredFrame& frame) {
  std::string head;
  ByteWriter writer(head);
  writer.u64(frame.position.value());
  writer.u64(frame.epoch);
  writer.u64(frame.previous);
  writer.u64(static_cast<std::uint64_t>(unix_ms(frame.time)));
  writer.u32(frame.count);
  return hash(frame.payload, hash(head, 0));
}

std::uint64_t checksum_of(const StoredPart& part) {
  std::string head;
  ByteWriter writer(head);
  writer.u32(part.count);
  return hash(part.payload, hash(head, 1));
}

}  // namespace mailrail::log::postgres
