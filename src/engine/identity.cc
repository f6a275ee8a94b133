#include "engine/identity.h"

#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <xxhash.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "engine/field_codec.h"
#include "engine/limits.h"

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

// Version 4 put in, and its variant.
Hash128 with_version(Hash128 id) {
  return {.low = (id.low & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62,
          .high = (id.high & ~std::uint64_t{0xf000}) | 0x4000};
}

std::string text_of(Hash128 id) { return uuid_text(id.high, id.low); }

std::string uuid(Hash128 hashed) { return text_of(with_version(hashed)); }

// Of the text form, as it is made here.
std::optional<Hash128> read_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Hash128 id;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash && text[i] != '-') return std::nullopt;
    if (is_dash) continue;
    const std::size_t digit = std::string_view("0123456789abcdef").find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    id.high = id.high << 4 | id.low >> 60;
    id.low = id.low << 4 | digit;
  }
  return id;
}

}  // namespace

Identity::Identity(const std::array<char, 32>& secret) : secret_(secret.data(), secret.size()) {
  std::memcpy(&seed_, secret.data(), sizeof seed_);
}

Hash128 Identity::message_number(QueueId origin_queue,
                                 Seq origin_seq,
                                 std::uint16_t redrives) const {
  std::string place;
  ByteWriter writer(place);
  writer.u32(origin_queue.value());
  writer.u64(origin_seq.value());
  if (redrives > 0) writer.u32(redrives);
  return with_version(hash(place, seed_));
}

std::string Identity::message_id(QueueId origin_queue,
                                 Seq origin_seq,
                                 std::uint16_t redrives) const {
  return text_of(message_number(origin_queue, origin_seq, redrives));
}

std::string Identity::move_task_id(QueueId source, Seq task) const {
  std::string place;
  ByteWriter writer(place);
  writer.u32(source.value());
  writer.u64(task.value());
  return uuid(hash(place, seed_ + 3));
}

std::string Identity::publication_id(TopicId topic, Seq publication) const {
  std::string place;
  ByteWriter writer(place);
  writer.u32(topic.value());
  writer.u64(publication.value());
  return uuid(hash(place, seed_ + 4));
}

// The lowest 32 bits are the number itself, masked by a keyed hash of the others, which are one of
// the number.
std::string Identity::subscription_id(SubscriptionId subscription) const {
  std::string place = "subscription";
  ByteWriter(place).u32(subscription.value());
  const std::string hashed = checksum(place);
  ByteReader reader(hashed);
  Hash128 id = with_version(fields::hash128(reader));
  id.low = (id.low & ~std::uint64_t{0xffffffff}) | (subscription.value() ^ subscription_mask(id));
  return uuid(id);
}

std::uint32_t Identity::subscription_mask(Hash128 id) const {
  std::string place = "subscription mask";
  ByteWriter writer(place);
  writer.u64(id.high);
  writer.u64(id.low >> 32);
  const std::string masked = checksum(place);
  return ByteReader(masked).u32();
}

std::optional<SubscriptionId> Identity::read_subscription_id(std::string_view text) const {
  const std::optional<Hash128> id = read_uuid(text);
  if (!id) return std::nullopt;
  const SubscriptionId subscription(static_cast<std::uint32_t>(id->low) ^ subscription_mask(*id));
  const std::string expected = subscription_id(subscription);
  if (CRYPTO_memcmp(expected.data(), text.data(), expected.size()) != 0) return std::nullopt;
  return subscription;
}

std::string Identity::endpoint_token(SubscriptionId subscription, TokenUse use) const {
  const std::string number = fmt::format("{:08x}", subscription.value());
  const std::string_view purpose = use == TokenUse::confirm ? "confirmation" : "restoration";
  return number + hex(checksum(fmt::format("{}{}", purpose, number)));
}

std::optional<EndpointToken> Identity::read_endpoint_token(std::string_view text) const {
  const std::string_view digits = text.substr(0, 8);
  std::uint32_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  for (const TokenUse use : {TokenUse::confirm, TokenUse::restore}) {
    const std::string expected = endpoint_token(SubscriptionId(number), use);
    if (text.size() == expected.size() &&
        CRYPTO_memcmp(expected.data(), text.data(), expected.size()) == 0)
      return EndpointToken{.subscription = SubscriptionId(number), .use = use};
  }
  return std::nullopt;
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

Hash128 Identity::deduplication_key(TopicId topic,
                                    std::string_view group,
                                    std::string_view id) const {
  std::string parts;
  ByteWriter writer(parts);
  writer.u32(topic.value());
  writer.string(group);
  writer.string(id);
  return hash(parts, seed_ + 5);
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

std::optional<Hash128> read_message_id(std::string_view text) { return read_uuid(text); }

std::string sequence_number(Seq seq) { return std::to_string(first_sequence_number + seq.value()); }

std::optional<Seq> read_sequence_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < first_sequence_number || number - first_sequence_number > seq_max)
    return std::nullopt;
  return Seq(number - first_sequence_number);
}

}  // namespace mailrail::engine
