// FieldCodec: how the fields of facts and of checkpoint records lie on disk, one function out and
// one in for each type. Instants and durations are milliseconds.
//
// What is read is never trusted: a reader that met something impossible has failed(), and whoever
// decodes asks it once, at the end.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/time.h"
#include "engine/fact.h"
#include "engine/limits.h"
#include "engine/queue_attributes.h"

namespace mailrail::engine::fields {

inline void put(ByteWriter& out, Instant at) {
  out.varint(static_cast<std::uint64_t>(unix_ms(at)));
}
inline void put(ByteWriter& out, Duration duration) {
  out.varint(static_cast<std::uint64_t>(duration.count()));
}
inline void put(ByteWriter& out, QueueId id) { out.varint(id.value()); }
inline void put(ByteWriter& out, TopicId id) { out.varint(id.value()); }
inline void put(ByteWriter& out, SubscriptionId id) { out.varint(id.value()); }
inline void put(ByteWriter& out, Seq seq) { out.varint(seq.value()); }
inline void put(ByteWriter& out, const Hash128& hash) {
  out.u64(hash.low);
  out.u64(hash.high);
}
inline void put(ByteWriter& out, const std::map<std::string, std::string>& map) {
  out.varint(map.size());
  for (const auto& [key, value] : map) {
    out.string(key);
    out.string(value);
  }
}
inline void put(ByteWriter& out, const QueueName& name) {
  out.string(name.region);
  out.string(name.account);
  out.string(name.name);
}
inline void put(ByteWriter& out, const std::optional<QueueName>& name) {
  out.u8(name ? 1 : 0);
  if (name) put(out, *name);
}
inline void put(ByteWriter& out, const QueueAttributes& attributes) {
  put(out, attributes.delay);
  out.varint(attributes.message_bytes_max);
  put(out, attributes.retention);
  put(out, attributes.receive_wait);
  put(out, attributes.visibility_timeout);
  out.u8(attributes.is_fifo ? 1 : 0);
  out.u8(attributes.content_based_deduplication ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(attributes.deduplication_scope));
  out.u8(static_cast<std::uint8_t>(attributes.fifo_throughput_limit));
  out.u8(attributes.dead_letter ? 1 : 0);
  if (attributes.dead_letter) {
    put(out, attributes.dead_letter->target);
    out.varint(attributes.dead_letter->receive_count_max);
  }
  put(out, attributes.kept);
}

// Behind everything else in what has attributes of a queue, as they are younger than the others.
inline void put_younger(ByteWriter& out, const QueueAttributes& attributes) {
  out.u8(static_cast<std::uint8_t>(attributes.on_poison));
  put(out, attributes.subscription);
}

// What a share is: raw, or by a protocol other than the first.
inline constexpr std::uint8_t share_is_raw = 1;
inline constexpr unsigned share_protocol_shift = 1;

// What it says of damage is another record's business.
inline void put(ByteWriter& out, const Share& share) {
  put(out, share.topic);
  put(out, share.publication);
  put(out, share.subscription);
  out.u8(static_cast<std::uint8_t>((share.is_raw ? share_is_raw : 0) |
                                   static_cast<unsigned>(share.protocol) << share_protocol_shift));
}

inline void put(ByteWriter& out, const std::optional<Share>& share) {
  out.u8(share ? 1 : 0);
  if (share) put(out, *share);
}

inline std::uint64_t number(ByteReader& in, std::uint64_t most) {
  const std::uint64_t number = in.varint();
  if (number > most) in.fail();
  return in.failed() ? 0 : number;
}
inline Instant instant(ByteReader& in) {
  return from_unix_ms(static_cast<std::int64_t>(number(in, instant_ms_max)));
}
// A field that was added to facts at their end.
inline Instant instant_or_none(ByteReader& in) { return in.at_end() ? Instant{} : instant(in); }
inline Duration duration(ByteReader& in) {
  return Duration(static_cast<std::int64_t>(number(in, duration_ms_max)));
}
inline std::uint32_t number32(ByteReader& in) {
  const std::uint64_t number = in.varint();
  if (number > ~std::uint32_t{0}) in.fail();
  return static_cast<std::uint32_t>(number);
}
inline std::uint16_t number16(ByteReader& in) {
  return static_cast<std::uint16_t>(number(in, 0xffff));
}
inline QueueId queue_id(ByteReader& in) {
  return QueueId(static_cast<std::uint32_t>(number(in, queue_id_max)));
}
inline TopicId topic_id(ByteReader& in) {
  return TopicId(static_cast<std::uint32_t>(number(in, topic_id_max)));
}
inline SubscriptionId subscription_id(ByteReader& in) {
  return SubscriptionId(static_cast<std::uint32_t>(number(in, subscription_id_max)));
}
inline Seq seq(ByteReader& in) { return Seq(number(in, seq_max)); }
inline Hash128 hash128(ByteReader& in) {
  const std::uint64_t low = in.u64();
  return Hash128{.low = low, .high = in.u64()};
}
template <class Enum>
Enum choice(ByteReader& in, Enum last) {
  const std::uint8_t value = in.u8();
  if (value > static_cast<std::uint8_t>(last)) in.fail();
  return static_cast<Enum>(value);
}
inline bool flag(ByteReader& in) {
  const std::uint8_t value = in.u8();
  if (value > 1) in.fail();
  return value == 1;
}
inline Protocol protocol(ByteReader& in, unsigned value) {
  if (value > static_cast<unsigned>(Protocol::https)) in.fail();
  return static_cast<Protocol>(in.failed() ? 0 : value);
}
inline Share share(ByteReader& in) {
  Share share{.topic = topic_id(in), .publication = seq(in), .subscription = subscription_id(in)};
  const std::uint8_t flags = in.u8();
  share.is_raw = (flags & share_is_raw) != 0;
  share.protocol = protocol(in, static_cast<unsigned>(flags) >> share_protocol_shift);
  return share;
}
inline std::optional<Share> optional_share(ByteReader& in) {
  if (!flag(in)) return std::nullopt;
  return share(in);
}
inline std::string_view group_name(ByteReader& in) {
  const std::string_view name = in.string();
  if (name.size() > group_name_bytes_max) in.fail();
  return name;
}
inline std::map<std::string, std::string> string_map(ByteReader& in) {
  std::map<std::string, std::string> map;
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    std::string key(in.string());
    map[std::move(key)] = in.string();
  }
  return map;
}
inline QueueName queue_name(ByteReader& in) {
  QueueName name;
  name.region = in.string();
  name.account = in.string();
  name.name = in.string();
  return name;
}
inline std::optional<QueueName> optional_queue_name(ByteReader& in) {
  if (!flag(in)) return std::nullopt;
  return queue_name(in);
}
inline QueueAttributes queue_attributes(ByteReader& in) {
  QueueAttributes attributes;
  attributes.delay = duration(in);
  attributes.message_bytes_max = number32(in);
  attributes.retention = duration(in);
  attributes.receive_wait = duration(in);
  attributes.visibility_timeout = duration(in);
  attributes.is_fifo = flag(in);
  attributes.content_based_deduplication = flag(in);
  attributes.deduplication_scope = choice(in, DeduplicationScope::message_group);
  attributes.fifo_throughput_limit = choice(in, FifoThroughputLimit::per_message_group_id);
  if (flag(in)) {
    QueueName target = queue_name(in);
    attributes.dead_letter =
        DeadLetter{.target = std::move(target), .receive_count_max = number32(in)};
  }
  attributes.kept = string_map(in);
  return attributes;
}

// What was written before there was one of these stops before it.
inline void read_younger(ByteReader& in, QueueAttributes& attributes) {
  if (!in.at_end()) attributes.on_poison = choice(in, OnPoison::park);
  if (!in.at_end()) attributes.subscription = subscription_id(in);
}

}  // namespace mailrail::engine::fields
