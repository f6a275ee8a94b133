#include "engine/fact_codec.h"

#include <fmt/format.h>
#include <xxhash.h>

#include "base/bytes.h"
#include "base/seeded_bug.h"
#include "engine/field_codec.h"
#include "engine/limits.h"
#include "engine/topic_codec.h"

namespace mailrail::engine {
namespace {

using namespace fields;

enum class FactType : std::uint8_t {  // For ever.
  founded = 1,
  queue_created = 2,
  queue_changed = 3,
  queue_deleted = 4,
  purged = 5,
  sent = 6,
  leased = 7,
  removed = 8,
  moved = 9,
  relocated = 10,
  damaged = 11,
  move_task_started = 12,
  redriven = 13,
  move_task_ended = 14,
  topic_created = 15,
  topic_changed = 16,
  topic_deleted = 17,
  subscription_created = 18,
  subscription_changed = 19,
  conversation_parked = 20,
  conversation_unparked = 21,
  subscription_confirmed = 22,
  subscription_deleted = 23,
  published = 24,
  shared_body_relocated = 25,
  shared_body_damaged = 26,
  signing_key_set = 27,
  subscription_deactivated = 28,
  redriven_by_choice = 29,  // What redriven is without a task.
  last = redriven_by_choice,
};

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

// --- Facts out.

FactType write(ByteWriter& out, const Founded& fact) {
  put(out, fact.at);
  out.string({fact.secret.data(), fact.secret.size()});
  return FactType::founded;
}
FactType write(ByteWriter& out, const QueueCreated& fact) {
  put(out, fact.queue);
  put(out, fact.at);
  put(out, fact.name);
  put(out, fact.attributes);
  put(out, fact.tags);
  put_younger(out, fact.attributes);
  return FactType::queue_created;
}
FactType write(ByteWriter& out, const QueueChanged& fact) {
  put(out, fact.queue);
  put(out, fact.at);
  put(out, fact.attributes);
  put(out, fact.tags);
  put_younger(out, fact.attributes);
  return FactType::queue_changed;
}
FactType write(ByteWriter& out, const QueueDeleted& fact) {
  put(out, fact.queue);
  put(out, fact.at);
  return FactType::queue_deleted;
}
FactType write(ByteWriter& out, const Purged& fact) {
  put(out, fact.queue);
  put(out, fact.below_seq);
  put(out, fact.at);
  return FactType::purged;
}
FactType write(ByteWriter& out, const Sent& fact) {
  put(out, fact.queue);
  put(out, fact.seq);
  put(out, fact.at);
  out.varint(fact.delay_seconds);
  out.string(fact.group);
  out.string(fact.deduplication_id);
  put(out, fact.deduplication_key);
  out.string(fact.record);
  return FactType::sent;
}
FactType write(ByteWriter& out, const Leased& fact) {
  put(out, fact.queue);
  put(out, fact.seq);
  put(out, fact.until);
  put(out, fact.started);
  put(out, fact.first_received);
  out.varint(fact.receive_count);
  put(out, fact.attempt);
  return FactType::leased;
}
FactType write(ByteWriter& out, const Removed& fact) {
  put(out, fact.queue);
  out.u8(static_cast<std::uint8_t>(fact.why));
  out.varint(fact.seqs.size());
  for (const Seq each : fact.seqs) put(out, each);
  return FactType::removed;
}
// What both kinds of move say of the message itself.
template <class Move>
void put_moved_message(ByteWriter& out, const Move& fact) {
  out.varint(fact.body.position.value());
  out.varint(fact.body.length);
  out.string(fact.group);
  put(out, fact.origin_queue);
  put(out, fact.origin_seq);
}
FactType write(ByteWriter& out, const Moved& fact) {
  put(out, fact.from);
  put(out, fact.from_seq);
  put(out, fact.to);
  put(out, fact.seq);
  put(out, fact.sent);
  put_moved_message(out, fact);
  out.varint(fact.receive_count);
  put(out, fact.first_received);
  out.varint(fact.redrives);
  put(out, fact.share);
  return FactType::moved;
}
FactType write(ByteWriter& out, const Relocated& fact) {
  put(out, fact.queue);
  put(out, fact.seq);
  out.string(fact.sent);
  return FactType::relocated;
}
FactType write(ByteWriter& out, const Damaged& fact) {
  put(out, fact.queue);
  put(out, fact.seq);
  out.varint(fact.position.value());
  return FactType::damaged;
}
FactType write(ByteWriter& out, const MoveTaskStarted& fact) {
  put(out, fact.queue);
  put(out, fact.task);
  put(out, fact.at);
  put(out, fact.destination);
  out.varint(fact.rate);
  out.varint(fact.to_move);
  out.u8(static_cast<std::uint8_t>(fact.pace));
  return FactType::move_task_started;
}
FactType write(ByteWriter& out, const Redriven& fact) {
  put(out, fact.from);
  put(out, fact.from_seq);
  put(out, fact.to);
  put(out, fact.seq);
  put(out, fact.at);
  put_moved_message(out, fact);
  out.varint(fact.redrives);
  const bool is_by_task = fact.task != Seq();
  if (is_by_task) {
    put(out, fact.task);
    out.varint(fact.moved);
    put(out, fact.lag);
  }
  put(out, fact.share);
  return is_by_task ? FactType::redriven : FactType::redriven_by_choice;
}
FactType write(ByteWriter& out, const MoveTaskEnded& fact) {
  put(out, fact.queue);
  put(out, fact.task);
  out.u8(static_cast<std::uint8_t>(fact.status));
  out.u8(static_cast<std::uint8_t>(fact.failure));
  return FactType::move_task_ended;
}
FactType write(ByteWriter& out, const ConversationParked& fact) {
  put(out, fact.queue);
  out.string(fact.group);
  put(out, fact.at);
  return FactType::conversation_parked;
}
FactType write(ByteWriter& out, const ConversationUnparked& fact) {
  put(out, fact.queue);
  out.string(fact.group);
  out.varint(fact.forgiven.size());
  for (const ConversationUnparked::Forgiven& each : fact.forgiven) {
    put(out, each.seq);
    out.varint(each.receive_count);
  }
  return FactType::conversation_unparked;
}
// Those of topics are in a file of their own.
constexpr FactType type_of(const TopicCreated&) { return FactType::topic_created; }
constexpr FactType type_of(const TopicChanged&) { return FactType::topic_changed; }
constexpr FactType type_of(const TopicDeleted&) { return FactType::topic_deleted; }
constexpr FactType type_of(const SubscriptionCreated&) { return FactType::subscription_created; }
constexpr FactType type_of(const SubscriptionChanged&) { return FactType::subscription_changed; }
constexpr FactType type_of(const SubscriptionConfirmed&) {
  return FactType::subscription_confirmed;
}
constexpr FactType type_of(const Published&) { return FactType::published; }
constexpr FactType type_of(const SharedBodyRelocated&) { return FactType::shared_body_relocated; }
constexpr FactType type_of(const SharedBodyDamaged&) { return FactType::shared_body_damaged; }
constexpr FactType type_of(const SubscriptionDeleted&) { return FactType::subscription_deleted; }
constexpr FactType type_of(const SigningKeySet&) { return FactType::signing_key_set; }
constexpr FactType type_of(const SubscriptionDeactivated&) {
  return FactType::subscription_deactivated;
}
template <class Fact>
  requires requires(const Fact& fact) { type_of(fact); }
FactType write(ByteWriter& out, const Fact& fact) {
  write_fields(out, fact);
  return type_of(fact);
}

// --- Facts in.

Fact read_founded(ByteReader& in) {
  Founded fact{.at = instant(in), .secret = {}};
  const std::string_view secret = in.string();
  if (secret.size() == fact.secret.size()) {
    std::copy(secret.begin(), secret.end(), fact.secret.begin());
  } else {
    in.fail();
  }
  return fact;
}
Fact read_removed(ByteReader& in) {
  Removed fact{.queue = queue_id(in), .why = choice(in, RemovalReason::dropped), .seqs = {}};
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left)
    fact.seqs.push_back(seq(in));
  return fact;
}
Sent read_sent(ByteReader& in) {  // Braced initialisers are evaluated in order.
  Sent fact{.queue = queue_id(in), .seq = seq(in), .at = instant(in)};
  fact.delay_seconds = number16(in);
  fact.group = group_name(in);
  fact.deduplication_id = in.string();
  fact.deduplication_key = hash128(in);
  fact.record = in.string();
  return fact;
}
template <class Move>
void read_moved_message(ByteReader& in, Move& fact) {
  fact.body.position = Position(in.varint());
  fact.body.length = number32(in);
  fact.group = group_name(in);
  fact.origin_queue = queue_id(in);
  fact.origin_seq = seq(in);
}
Fact read_moved(ByteReader& in) {
  Moved fact{.from = queue_id(in),
             .from_seq = seq(in),
             .to = queue_id(in),
             .seq = seq(in),
             .sent = instant(in),
             .body = {}};
  read_moved_message(in, fact);
  fact.receive_count = number32(in);
  fact.first_received = instant(in);
  if (!in.at_end()) fact.redrives = number16(in);  // Younger than the fact, like the next one.
  if (!in.at_end()) fact.share = optional_share(in);
  return fact;
}
enum class By : std::uint8_t { task, choice };
Fact read_redriven(ByteReader& in, By by) {
  Redriven fact{.from = queue_id(in),
                .from_seq = seq(in),
                .to = queue_id(in),
                .seq = seq(in),
                .at = instant(in),
                .body = {}};
  read_moved_message(in, fact);
  fact.redrives = number16(in);
  if (by == By::choice) {
    fact.share = optional_share(in);
    return fact;
  }
  fact.task = seq(in);
  if (fact.task == Seq()) in.fail();
  fact.moved = number(in, seq_max);
  fact.lag = duration(in);
  if (!in.at_end()) fact.share = optional_share(in);  // Younger than the fact.
  return fact;
}
Fact read_move_task_started(ByteReader& in) {  // Braced initialisers are evaluated in order.
  MoveTaskStarted fact{.queue = queue_id(in),
                       .task = seq(in),
                       .at = instant(in),
                       .destination = optional_queue_name(in),
                       .rate = number32(in),
                       .to_move = number(in, seq_max)};
  if (!in.at_end()) fact.pace = choice(in, MovePace::ramp);  // Younger than the fact.
  return fact;
}
Fact read_move_task_ended(ByteReader& in) {
  MoveTaskEnded fact{.queue = queue_id(in),
                     .task = seq(in),
                     .status = choice(in, MoveTaskStatus::failed),
                     .failure = choice(in, MoveTaskFailure::no_destination)};
  if (fact.status == MoveTaskStatus::running) in.fail();
  return fact;
}
Fact read_leased(ByteReader& in) {
  return Leased{.queue = queue_id(in),
                .seq = seq(in),
                .until = instant(in),
                .started = instant(in),
                .first_received = instant(in),
                .receive_count = number32(in),
                .attempt = hash128(in)};
}

Fact read_queue_created(ByteReader& in) {
  QueueCreated fact{.queue = queue_id(in),
                    .at = instant(in),
                    .name = queue_name(in),
                    .attributes = queue_attributes(in),
                    .tags = string_map(in)};
  read_younger(in, fact.attributes);
  return fact;
}
Fact read_queue_changed(ByteReader& in) {
  QueueChanged fact{.queue = queue_id(in),
                    .at = instant(in),
                    .attributes = queue_attributes(in),
                    .tags = string_map(in)};
  read_younger(in, fact.attributes);
  return fact;
}
Fact read_conversation_unparked(ByteReader& in) {
  ConversationUnparked fact{.queue = queue_id(in), .group = group_name(in)};
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left)
    fact.forgiven.push_back({.seq = seq(in), .receive_count = number32(in)});
  return fact;
}

Fact read(FactType type, ByteReader& in) {
  switch (type) {
    case FactType::founded:
      return read_founded(in);
    case FactType::queue_created:
      return read_queue_created(in);
    case FactType::queue_changed:
      return read_queue_changed(in);
    case FactType::queue_deleted:
      return QueueDeleted{.queue = queue_id(in), .at = instant_or_none(in)};
    case FactType::purged:
      return Purged{.queue = queue_id(in), .below_seq = seq(in), .at = instant_or_none(in)};
    case FactType::sent:
      return read_sent(in);
    case FactType::leased:
      return read_leased(in);
    case FactType::removed:
      return read_removed(in);
    case FactType::moved:
      return read_moved(in);
    case FactType::relocated:
      return Relocated{.queue = queue_id(in), .seq = seq(in), .sent = in.string()};
    case FactType::damaged:
      return Damaged{.queue = queue_id(in), .seq = seq(in), .position = Position(in.varint())};
    case FactType::move_task_started:
      return read_move_task_started(in);
    case FactType::redriven:
      return read_redriven(in, By::task);
    case FactType::redriven_by_choice:
      return read_redriven(in, By::choice);
    case FactType::move_task_ended:
      return read_move_task_ended(in);
    case FactType::conversation_parked:
      return ConversationParked{.queue = queue_id(in), .group = group_name(in), .at = instant(in)};
    case FactType::conversation_unparked:
      return read_conversation_unparked(in);
    case FactType::topic_created:
      return read_topic_created(in);
    case FactType::topic_changed:
      return read_topic_changed(in);
    case FactType::topic_deleted:
      return read_topic_deleted(in);
    case FactType::subscription_created:
      return read_subscription_created(in);
    case FactType::subscription_changed:
      return read_subscription_changed(in);
    case FactType::subscription_confirmed:
      return read_subscription_confirmed(in);
    case FactType::subscription_deleted:
      return read_subscription_deleted(in);
    case FactType::published:
      return read_published(in);
    case FactType::shared_body_relocated:
      return SharedBodyRelocated{.publication = seq(in), .body = in.string()};
    case FactType::shared_body_damaged:
      return SharedBodyDamaged{.publication = seq(in), .position = Position(in.varint())};
    case FactType::signing_key_set:
      return read_signing_key_set(in);
    case FactType::subscription_deactivated:
      return read_subscription_deactivated(in);
  }
  in.fail();
  return QueueDeleted{};
}

// One fact without its length: type, fields and, on a Sent fact, the checksum.
Result<Fact> decode_fact(std::string_view bytes) {
  const std::string_view whole = bytes;
  if (bytes.empty()) return fail(errors::corrupt, "a fact of no length");
  const auto type = static_cast<FactType>(bytes.front());
  if (type > FactType::last) {
    return fail(errors::of_later_version,
                fmt::format("facts of type {}", static_cast<std::uint8_t>(type)));
  }
  if (type == FactType::sent) {
    if (bytes.size() < 5) return fail(errors::corrupt, "a message shorter than its checksum");
    ByteReader trailer(bytes.substr(bytes.size() - 4));
    bytes.remove_suffix(4);
    if (trailer.u32() != checksum(bytes) && !has_bug(SeededBug::believes_any_payload))
      return fail(errors::corrupt, "a message whose checksum does not match");
  }
  ByteReader in(bytes.substr(1));
  Fact fact = read(type, in);
  if (in.failed()) {
    return fail(errors::corrupt, fmt::format("a fact of type {} and {} bytes that cannot be read",
                                             int{whole[0]}, whole.size()));
  }
  return fact;
}

std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) size += 1;
  return size;
}

}  // namespace

std::size_t encode_fact(const Fact& fact, std::string& out) {
  const std::size_t begin = out.size();
  ByteWriter writer(out);
  writer.u8(0);  // The type's place.
  const FactType type = std::visit([&](const auto& each) { return write(writer, each); }, fact);
  out[begin] = static_cast<char>(type);
  if (type == FactType::sent) writer.u32(checksum(std::string_view(out).substr(begin)));
  std::string length;
  ByteWriter(length).varint(out.size() - begin);
  out.insert(begin, length);
  return out.size() - begin;
}

Result<void> decode_facts(std::string_view payload,
                          const std::function<void(const Fact&, FactPlace)>& visit) {
  std::uint64_t offset = 0;
  while (offset < payload.size()) {
    ByteReader in(payload.substr(offset));
    const std::string_view bytes = in.string();
    if (in.failed())
      return fail(errors::corrupt,
                  fmt::format("a fact at payload offset {} that reaches past its frame", offset));
    const std::uint64_t length = varint_size(bytes.size()) + bytes.size();
    visit(TRY(decode_fact(bytes)),
          FactPlace{.offset = offset, .length = static_cast<std::uint32_t>(length)});
    offset += length;
  }
  return {};
}

Result<Sent> decode_sent(std::string_view bytes) {
  ByteReader in(bytes);
  const std::string_view fact_bytes = in.string();
  if (in.failed() || !in.at_end())
    return fail(errors::corrupt, "bytes that are not one whole fact");
  const Fact fact = TRY(decode_fact(fact_bytes));
  const Sent* sent = std::get_if<Sent>(&fact);
  if (sent == nullptr) return fail(errors::corrupt, "a fact that is not a message");
  return *sent;
}

}  // namespace mailrail::engine
