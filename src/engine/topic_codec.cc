#include "engine/topic_codec.h"

#include <utility>

#include "engine/fact_codec.h"
#include "engine/field_codec.h"

namespace mailrail::engine::fields {
namespace {

// --- What is in them.

void put_attributes(ByteWriter& out, const TopicAttributes& attributes) {
  out.u8(attributes.is_fifo ? 1 : 0);
  out.u8(attributes.content_based_deduplication ? 1 : 0);
  out.u8(static_cast<std::uint8_t>(attributes.deduplication_scope));
  out.varint(attributes.message_bytes_max);
  put(out, attributes.kept);
}
TopicAttributes topic_attributes(ByteReader& in) {
  return {.is_fifo = flag(in),
          .content_based_deduplication = flag(in),
          .deduplication_scope = choice(in, TopicDeduplicationScope::message_group),
          .message_bytes_max = number32(in),
          .kept = string_map(in)};
}

void put_attributes(ByteWriter& out, const SubscriptionAttributes& attributes) {
  out.u8(attributes.is_raw ? 1 : 0);
  out.string(attributes.filter_policy);
  out.u8(static_cast<std::uint8_t>(attributes.filter_scope));
  put(out, attributes.dead_letter_target);
  put(out, attributes.kept);
}
SubscriptionAttributes subscription_attributes(ByteReader& in) {
  return {.is_raw = flag(in),
          .filter_policy = std::string(in.string()),
          .filter_scope = choice(in, FilterScope::message_body),
          .dead_letter_target = optional_queue_name(in),
          .kept = string_map(in)};
}

// --- Deliveries of a publication.

// What a delivery of a publication is and has.
constexpr std::uint8_t is_grouped = 1;
constexpr std::uint8_t is_raw = 2;
constexpr std::uint8_t has_delay = 4;
constexpr std::uint8_t has_key = 8;
constexpr unsigned protocol_shift = 4;

Published::Delivery read_published_delivery(ByteReader& in, Seq before) {
  Published::Delivery delivery{.queue = queue_id(in)};
  delivery.seq = before + number(in, seq_max - before.value());
  delivery.subscription = subscription_id(in);
  const std::uint8_t flags = in.u8();
  delivery.is_grouped = (flags & is_grouped) != 0;
  delivery.is_raw = (flags & is_raw) != 0;
  if ((flags & has_delay) != 0) delivery.delay_seconds = number16(in);
  if ((flags & has_key) != 0) delivery.deduplication_key = hash128(in);
  delivery.protocol = protocol(in, static_cast<unsigned>(flags) >> protocol_shift);
  const bool is_read = delivery.seq != before &&
                       ((flags & has_delay) != 0) == (delivery.delay_seconds > 0) &&
                       ((flags & has_key) != 0) == static_cast<bool>(delivery.deduplication_key);
  if (!is_read) in.fail();
  return delivery;
}
}  // namespace

// --- Out.

void write_fields(ByteWriter& out, const TopicCreated& fact) {
  put(out, fact.topic);
  put(out, fact.at);
  put(out, fact.name);
  put_attributes(out, fact.attributes);
  put(out, fact.tags);
}
void write_fields(ByteWriter& out, const TopicChanged& fact) {
  put(out, fact.topic);
  put(out, fact.at);
  put_attributes(out, fact.attributes);
  put(out, fact.tags);
}
void write_fields(ByteWriter& out, const TopicDeleted& fact) {
  put(out, fact.topic);
  put(out, fact.at);
}
void write_fields(ByteWriter& out, const SubscriptionCreated& fact) {
  put(out, fact.subscription);
  put(out, fact.topic);
  put(out, fact.at);
  out.u8(static_cast<std::uint8_t>(fact.protocol));
  out.string(fact.endpoint);
  put(out, fact.queue);
  out.u8(static_cast<std::uint8_t>(fact.state));
  out.u8(fact.was_authenticated ? 1 : 0);
  put_attributes(out, fact.attributes);
}
void write_fields(ByteWriter& out, const SubscriptionChanged& fact) {
  put(out, fact.subscription);
  put(out, fact.at);
  put_attributes(out, fact.attributes);
}
void write_fields(ByteWriter& out, const SubscriptionConfirmed& fact) {
  put(out, fact.subscription);
  put(out, fact.at);
  out.u8(fact.was_authenticated ? 1 : 0);
  out.u8(fact.must_authenticate_unsubscribe ? 1 : 0);
}
void write_fields(ByteWriter& out, const SubscriptionDeactivated& fact) {
  put(out, fact.subscription);
  put(out, fact.at);
}
void write_fields(ByteWriter& out, const SubscriptionDeleted& fact) {
  put(out, fact.subscription);
  put(out, fact.at);
}
void write_fields(ByteWriter& out, const SigningKeySet& fact) {
  put(out, fact.at);
  out.string(fact.private_key);
  out.string(fact.certificate);
}
void write_fields(ByteWriter& out, const KeptTopic& record) {
  put(out, record.topic);
  put(out, record.name);
  put_attributes(out, record.attributes);
  put(out, record.tags);
  put(out, record.created_at);
  put(out, record.changed_at);
  out.varint(record.deleted_subscriptions);
}
void write_fields(ByteWriter& out, const KeptSubscription& record) {
  put(out, record.subscription);
  put(out, record.topic);
  out.u8(static_cast<std::uint8_t>(record.protocol));
  out.string(record.endpoint);
  put(out, record.queue);
  out.u8(static_cast<std::uint8_t>(record.state));
  out.u8(record.was_authenticated ? 1 : 0);
  out.u8(record.must_authenticate_unsubscribe ? 1 : 0);
  put(out, record.since);
  put(out, record.changed_at);
  put_attributes(out, record.attributes);
}
void write_fields(ByteWriter& out, const KeptSigningKey& record) {
  put(out, record.key.made_at);
  out.string(record.key.private_key);
  out.string(record.key.certificate);
}

void write_fields(ByteWriter& out, const Published& fact) {
  put(out, fact.topic);
  out.varint(fact.deliveries.size());
  Seq before = fact.message.seq;
  for (const Published::Delivery& each : fact.deliveries) {
    put(out, each.queue);
    out.varint(each.seq.value() - std::exchange(before, each.seq).value());
    put(out, each.subscription);
    out.u8(static_cast<std::uint8_t>(
        (each.is_grouped ? is_grouped : 0) | (each.is_raw ? is_raw : 0) |
        (each.delay_seconds > 0 ? has_delay : 0) | (each.deduplication_key ? has_key : 0) |
        static_cast<unsigned>(each.protocol) << protocol_shift));
    if (each.delay_seconds > 0) out.varint(each.delay_seconds);
    if (each.deduplication_key) put(out, each.deduplication_key);
  }
  out.string(fact.body);
}
void write_fields(ByteWriter& out, const SharedBodyRelocated& fact) {
  put(out, fact.publication);
  out.string(fact.body);
}
void write_fields(ByteWriter& out, const SharedBodyDamaged& fact) {
  put(out, fact.publication);
  out.varint(fact.position.value());
}

// --- In. Braced initialisers are evaluated in order.

TopicCreated read_topic_created(ByteReader& in) {
  return {.topic = topic_id(in),
          .at = instant(in),
          .name = queue_name(in),
          .attributes = topic_attributes(in),
          .tags = string_map(in)};
}
TopicChanged read_topic_changed(ByteReader& in) {
  return {.topic = topic_id(in),
          .at = instant(in),
          .attributes = topic_attributes(in),
          .tags = string_map(in)};
}
TopicDeleted read_topic_deleted(ByteReader& in) {
  return {.topic = topic_id(in), .at = instant(in)};
}
SubscriptionCreated read_subscription_created(ByteReader& in) {
  return {.subscription = subscription_id(in),
          .topic = topic_id(in),
          .at = instant(in),
          .protocol = choice(in, Protocol::https),
          .endpoint = std::string(in.string()),
          .queue = optional_queue_name(in),
          .state = choice(in, SubscriptionState::confirmed),
          .was_authenticated = flag(in),
          .attributes = subscription_attributes(in)};
}
SubscriptionChanged read_subscription_changed(ByteReader& in) {
  return {.subscription = subscription_id(in),
          .at = instant(in),
          .attributes = subscription_attributes(in)};
}
SubscriptionConfirmed read_subscription_confirmed(ByteReader& in) {
  return {.subscription = subscription_id(in),
          .at = instant(in),
          .was_authenticated = flag(in),
          .must_authenticate_unsubscribe = flag(in)};
}
SubscriptionDeactivated read_subscription_deactivated(ByteReader& in) {
  return {.subscription = subscription_id(in), .at = instant(in)};
}
SubscriptionDeleted read_subscription_deleted(ByteReader& in) {
  return {.subscription = subscription_id(in), .at = instant(in)};
}
SigningKeySet read_signing_key_set(ByteReader& in) {
  return {.at = instant(in),
          .private_key = std::string(in.string()),
          .certificate = std::string(in.string())};
}
KeptTopic read_topic(ByteReader& in) {
  return {.topic = topic_id(in),
          .name = queue_name(in),
          .attributes = topic_attributes(in),
          .tags = string_map(in),
          .created_at = instant(in),
          .changed_at = instant(in),
          .deleted_subscriptions = number(in, seq_max)};
}
KeptSubscription read_subscription(ByteReader& in) {
  return {.subscription = subscription_id(in),
          .topic = topic_id(in),
          .protocol = choice(in, Protocol::https),
          .endpoint = std::string(in.string()),
          .queue = optional_queue_name(in),
          .state = choice(in, SubscriptionState::deactivated),
          .was_authenticated = flag(in),
          .must_authenticate_unsubscribe = flag(in),
          .since = instant(in),
          .changed_at = instant(in),
          .attributes = subscription_attributes(in)};
}
KeptSigningKey read_signing_key(ByteReader& in) {
  return {.key = {.made_at = instant(in),
                  .private_key = std::string(in.string()),
                  .certificate = std::string(in.string())}};
}
// The first delivery's number is by how much it is higher than the publication's, which comes last.
Published read_published(ByteReader& in) {
  Published fact{.topic = topic_id(in)};
  Seq before;
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    fact.deliveries.push_back(read_published_delivery(in, before));
    before = fact.deliveries.back().seq;
  }
  fact.body = in.string();
  const Result<Sent> message = decode_sent(fact.body);
  if (!message || message->queue != QueueId(0) || before.value() > seq_max - message->seq.value()) {
    in.fail();
    return fact;
  }
  fact.message = *message;
  for (Published::Delivery& each : fact.deliveries) each.seq = each.seq + message->seq.value();
  return fact;
}

}  // namespace mailrail::engine::fields
