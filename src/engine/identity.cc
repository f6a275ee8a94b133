#include "engine/identity.h"

#include <cstring>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <xxhash.h>

#include "base/bytes.h"
#include "base/digest.h"

namespace mailrail::engine {
namespace {

constexpr std::size_t checksum_bytes = 16;
constexpr std::uint8_t handle_version = 1;
constexpr std::uint64_t first_sequence_number =
    10'000'000'000'000'000'000U;  // The smallest number of 20 digits.

Hash128 hash(std::string_view bytes, std::uint64_t seed) {
  const XXH128_hash_t hashed = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  const Hash128 result{.low = hashed.low64, .high = hashed.high64};
  return result ? result : Hash128{.low = 1, .high = 0};
}

std::string uuid(Hash128 id) {
  const std::uint64_t high = (id.high & ~std::uint64_t{0xf000}) | 0x4000;  // Version 4.
  const std::uint64_t low = (id.low & ~(std::uint64_t{3} << 62)) | std::uint64_t{2}
                                                                       << 62;  // Its variant.
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffff);
}

}  // namespace

Identity::Identity(const std::array<char, 32>& secret) : secret_(secret.data(), secret.size()) {
  std::memcpy(&seed_, secret.data(), sizeof seed_);
}

std::string Identity::message_id(QueueId origin_queue,
                                 Seq origin_seq,
                                 std::uint16_t redrives) const {
  std::string place;
  ByteWriter writer(place);
  writer.u32(origin_queue.value());
  writer.u64(origin_seq.value());
  if (redrives > 0) writer.u32(redrives);
  return uuid(hash(place, seed_));
}

std::string Identity::move_task_id(QueueId source, Seq task) const {
  std::string place;
  ByteWriter writer(place);
  writer.u32(source.value());
  writer.u64(task.value());
  return uuid(hash(place, seed_ + 3));
}

std::string Identity::receipt_handle(const ReceiptHandle& handle) const {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.u8(handle_version);
  writer.u32(handle.queue.value());
  writer.u64(handle.seq.value());
  writer.u32(handle.generation);
  return base64(bytes + checksum(bytes));
}

std::optional<ReceiptHandle> Identity::read_receipt_handle(std::string_view text) const {
  const std::optional<std::string> bytes = from_base64(text);
  if (!bytes || bytes->size() <= checksum_bytes) return std::nullopt;
  const std::string_view signed_bytes =
      std::string_view(*bytes).substr(0, bytes->size() - checksum_bytes);
  const std::string expected = checksum(signed_bytes);
  if (CRYPTO_memcmp(expected.data(), bytes->data() + signed_bytes.size(), checksum_bytes) != 0)
    return std::nullopt;
  ByteReader reader(signed_bytes);
  if (reader.u8() != handle_version) return std::nullopt;
  const QueueId queue(reader.u32());
  const Seq seq(reader.u64());
  const ReceiptHandle handle{.queue = queue, .seq = seq, .generation = reader.u32()};
  if (reader.failed() || !reader.at_end()) return std::nullopt;
  return handle;
}

Hash128 Identity::deduplication_key(QueueId queue,
                                    Seq purged_below,
                                    std::string_view group,
                                    std::string_view id) const {
  std::string parts;
  ByteWriter writer(parts);
  writer.u32(queue.value());
  writer.u64(purged_below.value());
  writer.string(group);
  writer.string(id);
  return hash(parts, seed_ + 1);
}

Hash128 Identity::attempt_key(QueueId queue, std::string_view attempt) const {
  std::string parts;
  ByteWriter writer(parts);
  writer.u32(queue.value());
  writer.string(attempt);
  return hash(parts, seed_ + 2);
}

std::string Identity::checksum(std::string_view bytes) const {
  const Sha256 full = hmac_sha256(secret_, bytes);
  return {reinterpret_cast<const char*>(full.data()), checksum_bytes};
}

std::string sequence_number(Seq seq) {
  return fmt::format("{}", first_sequence_number + seq.value());
}

}  // namespace mailrail::engine
