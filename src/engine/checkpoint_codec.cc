#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "engine/checkpoint.h"
#include "engine/fact_codec.h"
#include "engine/field_codec.h"
#include "engine/limits.h"
#include "engine/topic_codec.h"

namespace mailrail::engine {
namespace {

using namespace fields;

enum class RecordType : std::uint8_t {  // For ever.
  begin = 1,
  queue = 2,
  messages = 3,
  swept = 4,
  deduplication = 5,
  attempt = 6,
  move_task = 7,
  parked = 8,
  topic = 9,
  recent = 10,
  subscription = 11,
  signing_key = 14,
  last = signing_key,
};

// What a message has beyond the fields that all have.
constexpr std::uint8_t has_delivery = 1;
constexpr std::uint8_t has_source = 2;
constexpr std::uint8_t has_group_of_before = 4;  // The group is that of the message before it.
constexpr std::uint8_t is_damaged = 8;
constexpr std::uint8_t has_forgiven = 16;
constexpr std::uint8_t was_redriven = 32;
constexpr std::uint8_t is_shared = 64;
constexpr std::uint8_t all_flags = has_delivery | has_source | has_group_of_before | is_damaged |
                                   has_forgiven | was_redriven | is_shared;

// --- Records out. Within a run, numbers that grow are written as what they grew by.

RecordType write(ByteWriter& out, const CheckpointBegin& record) {
  out.string({record.secret.data(), record.secret.size()});
  put(out, record.last_seq);
  put(out, record.last_queue);
  put(out, record.last_topic);
  put(out, record.last_subscription);
  return RecordType::begin;
}
RecordType write(ByteWriter& out, const KeptQueue& record) {
  put(out, record.queue);
  put(out, record.name);
  put(out, record.attributes);
  put(out, record.tags);
  put(out, record.created_at);
  put(out, record.changed_at);
  put(out, record.purged_below);
  put_younger(out, record.attributes);
  return RecordType::queue;
}
void write(ByteWriter& out, const KeptDelivery& delivery) {
  put(out, delivery.until);
  put(out, delivery.lease_started);
  put(out, delivery.first_received);
  put(out, delivery.origin_queue);
  put(out, delivery.origin_seq);
  out.varint(delivery.receive_count);
  if (delivery.source) put(out, *delivery.source);
  if (delivery.forgiven > 0) out.varint(delivery.forgiven);
  if (delivery.redrives > 0) out.varint(delivery.redrives);
}
RecordType write(ByteWriter& out, const KeptMessages& record) {
  put(out, record.queue);
  out.varint(record.messages.size());
  std::uint64_t seq = 0;
  const std::string_view* group = nullptr;
  for (const KeptMessage& each : record.messages) {
    const bool is_same_group = group != nullptr && *group == each.group;
    const bool is_moved = each.delivery && each.delivery->source;
    const bool is_forgiven = each.delivery && each.delivery->forgiven > 0;
    const bool is_redriven = each.delivery && each.delivery->redrives > 0;
    out.u8(static_cast<std::uint8_t>(
        (each.delivery ? has_delivery : 0) | (is_moved ? has_source : 0) |
        (is_same_group ? has_group_of_before : 0) | (each.is_damaged ? is_damaged : 0) |
        (is_forgiven ? has_forgiven : 0) | (is_redriven ? was_redriven : 0) |
        (each.share ? is_shared : 0)));
    out.varint(each.seq.value() - seq);
    out.varint(each.body.position.value());
    out.varint(each.body.length);
    put(out, each.sent);
    out.varint(each.delay_seconds);
    if (!is_same_group) out.string(each.group);
    if (each.delivery) write(out, *each.delivery);
    if (each.share) {
      put(out, *each.share);
      out.u8(each.share->is_body_damaged ? 1 : 0);
    }
    seq = each.seq.value();
    group = &each.group;
  }
  return RecordType::messages;
}
RecordType write(ByteWriter& out, const SweptQueue& record) {
  put(out, record.queue);
  put(out, record.through);
  return RecordType::swept;
}
RecordType write(ByteWriter& out, const KeptDeduplication& record) {
  out.varint(record.ids.size());
  for (const KeptDeduplication::Id& each : record.ids) {
    put(out, each.key);
    put(out, each.seq);
    put(out, each.at);
  }
  return RecordType::deduplication;
}
RecordType write(ByteWriter& out, const KeptAttempt& record) {
  put(out, record.attempt);
  put(out, record.started);
  out.varint(record.given.size());
  for (const KeptAttempt::Given& each : record.given) {
    put(out, each.seq);
    out.varint(each.generation);
    put(out, each.until);
  }
  return RecordType::attempt;
}
RecordType write(ByteWriter& out, const KeptParked& record) {
  put(out, record.queue);
  out.string(record.group);
  put(out, record.since);
  return RecordType::parked;
}

RecordType write(ByteWriter& out, const KeptMoveTask& record) {
  put(out, record.queue);
  put(out, record.task.id);
  put(out, record.task.started);
  put(out, record.task.destination);
  out.varint(record.task.rate);
  out.varint(record.task.to_move);
  out.varint(record.task.moved);
  put(out, record.task.lag);
  out.u8(static_cast<std::uint8_t>(record.task.status));
  out.u8(static_cast<std::uint8_t>(record.task.failure));
  out.u8(static_cast<std::uint8_t>(record.task.pace));
  return RecordType::move_task;
}

RecordType write(ByteWriter& out, const KeptRecent& record) {
  out.varint(record.deletions.size());
  for (const KeptRecent::Deletion& each : record.deletions) {
    put(out, each.name);
    put(out, each.at);
  }
  out.varint(record.purges.size());
  for (const KeptRecent::Purge& each : record.purges) {
    put(out, each.queue);
    put(out, each.at);
  }
  return RecordType::recent;
}

RecordType write(ByteWriter& out, const KeptTopic& record) {
  write_fields(out, record);
  return RecordType::topic;
}
RecordType write(ByteWriter& out, const KeptSubscription& record) {
  write_fields(out, record);
  return RecordType::subscription;
}
RecordType write(ByteWriter& out, const KeptSigningKey& record) {
  write_fields(out, record);
  return RecordType::signing_key;
}

// --- Records in.

CheckpointRecord read_begin(ByteReader& in) {
  CheckpointBegin record;
  const std::string_view secret = in.string();
  if (secret.size() == record.secret.size()) {
    std::ranges::copy(secret, record.secret.begin());
  } else {
    in.fail();
  }
  record.last_seq = seq(in);
  record.last_queue = queue_id(in);
  if (in.at_end()) return record;  // From before there were topics.
  record.last_topic = topic_id(in);
  record.last_subscription = subscription_id(in);
  return record;
}
CheckpointRecord read_queue(ByteReader& in) {
  KeptQueue record{.queue = queue_id(in),
                   .name = queue_name(in),
                   .attributes = queue_attributes(in),
                   .tags = string_map(in),
                   .created_at = instant(in),
                   .changed_at = instant(in),
                   .purged_below = seq(in)};
  read_younger(in, record.attributes);
  return record;
}
KeptDelivery read_delivery(ByteReader& in, std::uint8_t flags) {
  KeptDelivery delivery{.until = instant(in),
                        .lease_started = instant(in),
                        .first_received = instant(in),
                        .origin_queue = queue_id(in),
                        .origin_seq = seq(in),
                        .receive_count = number32(in)};
  if ((flags & has_source) != 0) delivery.source = queue_name(in);
  if ((flags & has_forgiven) != 0) {
    delivery.forgiven = number32(in);
    if (delivery.forgiven == 0) in.fail();
  }
  if ((flags & was_redriven) != 0) delivery.redrives = number16(in);
  return delivery;
}
KeptMessage read_message(ByteReader& in, const KeptMessage* before) {
  const std::uint8_t flags = in.u8();
  const bool is_same_group = (flags & has_group_of_before) != 0;
  if ((flags & ~all_flags) != 0) in.fail();
  if (is_same_group && before == nullptr) in.fail();
  KeptMessage message;
  message.is_damaged = (flags & is_damaged) != 0;
  const std::uint64_t seq_before = before == nullptr ? 0 : before->seq.value();
  message.seq = Seq(seq_before + number(in, seq_max - seq_before));
  if (before != nullptr && message.seq == before->seq) in.fail();
  message.body.position = Position(in.varint());
  message.body.length = number32(in);
  message.sent = instant(in);
  message.delay_seconds = number16(in);
  if (!in.failed()) message.group = is_same_group ? before->group : group_name(in);
  if ((flags & has_delivery) != 0) {
    message.delivery = read_delivery(in, flags);
  } else if ((flags & (has_source | has_forgiven | was_redriven)) != 0) {
    in.fail();
  }
  if ((flags & is_shared) != 0) {
    message.share = share(in);
    message.share->is_body_damaged = flag(in);
  }
  return message;
}
CheckpointRecord read_messages(ByteReader& in) {
  KeptMessages record{.queue = queue_id(in)};
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    const KeptMessage* before = record.messages.empty() ? nullptr : &record.messages.back();
    record.messages.push_back(read_message(in, before));
  }
  return record;
}
CheckpointRecord read_deduplication(ByteReader& in) {
  KeptDeduplication record;
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    const Hash128 key = hash128(in);
    const Seq first = seq(in);
    record.ids.push_back({.key = key, .seq = first, .at = instant(in)});
  }
  return record;
}
CheckpointRecord read_attempt(ByteReader& in) {
  KeptAttempt record{.attempt = hash128(in), .started = instant(in)};
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    // Braced initialisers are evaluated in order.
    record.given.push_back(
        KeptAttempt::Given{.seq = seq(in), .generation = number32(in), .until = instant(in)});
  }
  return record;
}
CheckpointRecord read_parked(ByteReader& in) {
  return KeptParked{.queue = queue_id(in), .group = group_name(in), .since = instant(in)};
}

CheckpointRecord read_move_task(ByteReader& in) {  // Braced initialisers are evaluated in order.
  KeptMoveTask record{.queue = queue_id(in),
                      .task = {.id = seq(in),
                               .started = instant(in),
                               .destination = optional_queue_name(in),
                               .rate = number32(in),
                               .to_move = number(in, seq_max),
                               .moved = number(in, seq_max),
                               .lag = duration(in),
                               .status = choice(in, MoveTaskStatus::failed),
                               .failure = choice(in, MoveTaskFailure::no_destination)}};
  if (!in.at_end()) record.task.pace = choice(in, MovePace::ramp);  // Younger than the record.
  return record;
}

CheckpointRecord read_recent(ByteReader& in) {
  KeptRecent record;
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left)
    record.deletions.push_back({.name = queue_name(in), .at = instant(in)});
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left)
    record.purges.push_back({.queue = queue_id(in), .at = instant(in)});
  return record;
}

CheckpointRecord read(RecordType type, ByteReader& in) {
  switch (type) {
    case RecordType::begin:
      return read_begin(in);
    case RecordType::queue:
      return read_queue(in);
    case RecordType::messages:
      return read_messages(in);
    case RecordType::swept:
      return SweptQueue{.queue = queue_id(in), .through = seq(in)};
    case RecordType::deduplication:
      return read_deduplication(in);
    case RecordType::attempt:
      return read_attempt(in);
    case RecordType::move_task:
      return read_move_task(in);
    case RecordType::recent:
      return read_recent(in);
    case RecordType::parked:
      return read_parked(in);
    case RecordType::topic:
      return read_topic(in);
    case RecordType::subscription:
      return read_subscription(in);
    case RecordType::signing_key:
      return read_signing_key(in);
  }
  in.fail();
  return SweptQueue{};
}

}  // namespace

void encode_record(const CheckpointRecord& record, std::string& out) {
  std::string fields;
  ByteWriter writer(fields);
  const RecordType type = std::visit([&](const auto& each) { return write(writer, each); }, record);
  ByteWriter framed(out);
  framed.varint(fields.size() + 1);
  framed.u8(static_cast<std::uint8_t>(type));
  out.append(fields);
}

Result<void> decode_records(std::string_view bytes,
                            const std::function<void(const CheckpointRecord&)>& visit) {
  ByteReader in(bytes);
  while (!in.at_end()) {
    const std::string_view record = in.string();
    if (in.failed() || record.empty())
      return fail(errors::corrupt, "a checkpoint record that reaches past its frame");
    const auto type = static_cast<RecordType>(record.front());
    if (type > RecordType::last) {
      return fail(errors::of_later_version,
                  fmt::format("checkpoint records of type {}", static_cast<std::uint8_t>(type)));
    }
    ByteReader fields(record.substr(1));
    const CheckpointRecord decoded = read(type, fields);
    if (fields.failed()) {
      return fail(errors::corrupt,
                  fmt::format("a checkpoint record of type {} and {} bytes that cannot be read",
                              int{record.front()}, record.size()));
    }
    visit(decoded);
  }
  return {};
}

}  // namespace mailrail::engine
