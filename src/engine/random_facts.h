// RandomFacts: facts of every type with random contents, for the tests of their codec.
//
// Numbers are of any magnitude, strings hold any bytes and may be empty. Views in a fact hold as
// long as the maker does. Nothing here is part of mailrail itself.

#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>

#include "base/random.h"
#include "engine/fact_codec.h"
#include "engine/limits.h"

namespace mailrail::engine {

class RandomFacts {
 public:
  explicit RandomFacts(std::uint64_t seed) : random_(seed) {}

  static constexpr std::size_t types = std::variant_size_v<Fact>;

  // Of the type with this index in the variant.
  Fact make(std::size_t type) {
    switch (type) {
      case 0:
        return founded();
      case 1:
        return QueueCreated{.queue = queue(),
                            .at = instant(),
                            .name = name(),
                            .attributes = attributes(),
                            .tags = map()};
      case 2:
        return QueueChanged{
            .queue = queue(), .at = instant(), .attributes = attributes(), .tags = map()};
      case 3:
        return QueueDeleted{.queue = queue(), .at = instant()};
      case 4:
        return Purged{.queue = queue(), .below_seq = seq(), .at = instant()};
      case 5:
        return Sent{.queue = queue(),
                    .seq = seq(),
                    .at = instant(),
                    .delay_seconds = static_cast<std::uint16_t>(number()),
                    .group = view(255),
                    .deduplication_id = view(128),
                    .deduplication_key = hash(),
                    .record = view(3000)};
      case 6:
        return Leased{.queue = queue(),
                      .seq = seq(),
                      .until = instant(),
                      .started = instant(),
                      .first_received = instant(),
                      .receive_count = number32(),
                      .attempt = hash()};
      case 7:
        return removed();
      case 8:
        return Moved{.from = queue(),
                     .from_seq = seq(),
                     .to = queue(),
                     .seq = seq(),
                     .sent = instant(),
                     .body = {.position = Position(number()), .length = number32()},
                     .group = view(255),
                     .origin_queue = queue(),
                     .origin_seq = seq(),
                     .receive_count = number32(),
                     .first_received = instant(),
                     .redrives = static_cast<std::uint16_t>(number()),
                     .share = share()};
      case 9:
        return Relocated{.queue = queue(), .seq = seq(), .sent = view(3000)};
      case 10:
        return Damaged{.queue = queue(), .seq = seq(), .position = Position(number())};
      case 11:
        return move_task_started();
      case 12:
        return redriven();
      case 13:
        return MoveTaskEnded{
            .queue = queue(),
            .task = seq(),
            .status = flag() ? MoveTaskStatus::cancelled : MoveTaskStatus::failed,
            .failure = flag() ? MoveTaskFailure::none : MoveTaskFailure::no_destination};
      default:
        return make_later(type);
    }
  }

 private:
  Fact make_later(std::size_t type) {
    switch (type) {
      case 14:
        return ConversationParked{.queue = queue(), .group = view(255), .at = instant()};
      case 15:
        return unparked();
      case 16:
        return TopicCreated{.topic = topic(),
                            .at = instant(),
                            .name = name(),
                            .attributes = topic_attributes(),
                            .tags = map()};
      case 17:
        return TopicChanged{
            .topic = topic(), .at = instant(), .attributes = topic_attributes(), .tags = map()};
      case 18:
        return TopicDeleted{.topic = topic(), .at = instant()};
      case 19:
        return subscription_created();
      case 20:
        return SubscriptionChanged{.subscription = subscription(),
                                   .at = instant(),
                                   .attributes = subscription_attributes()};
      case 21:
        return SubscriptionConfirmed{.subscription = subscription(),
                                     .at = instant(),
                                     .was_authenticated = flag(),
                                     .must_authenticate_unsubscribe = flag()};
      case 22:
        return SubscriptionDeleted{.subscription = subscription(), .at = instant()};
      case 23:
        return published();
      case 24:
        return SharedBodyRelocated{.publication = seq(), .body = view(3000)};
      case 25:
        return SharedBodyDamaged{.publication = seq(), .position = Position(number())};
      case 26:
        return SigningKeySet{
            .at = instant(), .private_key = string(1300), .certificate = string(900)};
      default:
        return SubscriptionDeactivated{.subscription = subscription(), .at = instant()};
    }
  }

  std::uint64_t number() { return random_.next() >> random_.below(64); }
  std::uint32_t number32() { return static_cast<std::uint32_t>(number()); }
  QueueId queue() { return QueueId(number32() & queue_id_max); }
  TopicId topic() { return TopicId(number32() & topic_id_max); }
  SubscriptionId subscription() { return SubscriptionId(number32() & subscription_id_max); }
  Seq seq() { return Seq(number() & seq_max); }
  Instant instant() { return from_unix_ms(static_cast<std::int64_t>(number()) & instant_ms_max); }
  Duration duration() { return Duration(static_cast<std::int64_t>(number()) & duration_ms_max); }
  Hash128 hash() { return random_.below(4) == 0 ? Hash128{} : Hash128{number(), number()}; }
  bool flag() { return random_.below(2) == 0; }

  std::string string(std::size_t size_max) {
    std::string bytes(random_.below(size_max + 1), '\0');
    for (char& each : bytes) each = static_cast<char>(random_.below(256));
    return bytes;
  }
  std::string_view view(std::size_t size_max) { return strings_.emplace_back(string(size_max)); }

  std::map<std::string, std::string> map() {
    std::map<std::string, std::string> map;
    for (std::uint64_t left = random_.below(4); left > 0; --left) map[string(20)] = string(200);
    return map;
  }
  QueueName name() { return {.region = string(20), .account = string(12), .name = string(80)}; }
  QueueAttributes attributes() {
    QueueAttributes attributes{.delay = duration(),
                               .message_bytes_max = number32(),
                               .retention = duration(),
                               .receive_wait = duration(),
                               .visibility_timeout = duration(),
                               .is_fifo = flag(),
                               .content_based_deduplication = flag()};
    if (flag()) attributes.deduplication_scope = DeduplicationScope::message_group;
    if (flag()) attributes.fifo_throughput_limit = FifoThroughputLimit::per_message_group_id;
    if (flag()) attributes.dead_letter = {.target = name(), .receive_count_max = number32()};
    if (flag()) attributes.on_poison = OnPoison::park;
    attributes.kept = map();
    if (flag()) attributes.subscription = subscription();
    return attributes;
  }
  Founded founded() {
    Founded fact{.at = instant(), .secret = {}};
    for (char& each : fact.secret) each = static_cast<char>(random_.below(256));
    return fact;
  }
  Removed removed() {
    Removed fact{.queue = queue(),
                 .why = flag() ? RemovalReason::deleted : RemovalReason::expired,
                 .seqs = {}};
    for (std::uint64_t left = random_.below(20); left > 0; --left) fact.seqs.push_back(seq());
    return fact;
  }
  ConversationUnparked unparked() {
    ConversationUnparked fact{.queue = queue(), .group = view(255)};
    for (std::uint64_t left = random_.below(12); left > 0; --left)
      fact.forgiven.push_back({.seq = seq(), .receive_count = number32()});
    return fact;
  }

  MoveTaskStarted move_task_started() {
    return {.queue = queue(),
            .task = seq(),
            .at = instant(),
            .destination = flag() ? std::optional(name()) : std::nullopt,
            .rate = number32(),
            .to_move = number() & seq_max,
            .pace = flag() ? MovePace::ramp : MovePace::steady};
  }

  // By a task or by none.
  Redriven redriven() {
    Redriven fact = redriven_by_task();
    if (flag()) return fact;
    fact.task = Seq();
    fact.moved = 0;
    fact.lag = Duration(0);
    return fact;
  }

  Redriven redriven_by_task() {
    return {.from = queue(),
            .from_seq = seq(),
            .to = queue(),
            .seq = seq(),
            .at = instant(),
            .body = {.position = Position(number()), .length = number32()},
            .group = view(255),
            .origin_queue = queue(),
            .origin_seq = seq(),
            .redrives = static_cast<std::uint16_t>(number()),
            .task = std::max(seq(), Seq(1)),
            .moved = number() & seq_max,
            .lag = duration(),
            .share = share()};
  }

  Protocol protocol() { return static_cast<Protocol>(random_.below(3)); }
  std::optional<Share> share() {
    if (flag()) return std::nullopt;
    return Share{.topic = topic(),
                 .publication = seq(),
                 .subscription = subscription(),
                 .is_raw = flag(),
                 .protocol = protocol()};
  }

  Published published() {
    Published fact{.topic = topic(),
                   .message = {.seq = Seq(number() & (seq_max >> 1)),
                               .at = instant(),
                               .group = view(255),
                               .deduplication_id = view(128),
                               .deduplication_key = hash(),
                               .record = view(3000)}};
    Seq last = fact.message.seq;
    for (std::uint64_t left = random_.below(10); left > 0; --left) {
      last = last + 1 + random_.below(1000);
      fact.deliveries.push_back({.queue = queue(),
                                 .seq = last,
                                 .subscription = subscription(),
                                 .is_grouped = flag(),
                                 .is_raw = flag(),
                                 .protocol = protocol(),
                                 .delay_seconds = static_cast<std::uint16_t>(number()),
                                 .deduplication_key = hash()});
    }
    std::string& body = strings_.emplace_back();
    encode_fact(fact.message, body);
    fact.body = body;
    return fact;
  }

  TopicAttributes topic_attributes() {
    TopicAttributes attributes{.is_fifo = flag(),
                               .content_based_deduplication = flag(),
                               .message_bytes_max = number32(),
                               .kept = map()};
    if (flag()) attributes.deduplication_scope = TopicDeduplicationScope::message_group;
    return attributes;
  }
  SubscriptionAttributes subscription_attributes() {
    SubscriptionAttributes attributes{
        .is_raw = flag(), .filter_policy = string(300), .kept = map()};
    if (flag()) attributes.filter_scope = FilterScope::message_body;
    if (flag()) attributes.dead_letter_target = name();
    return attributes;
  }
  SubscriptionCreated subscription_created() {
    SubscriptionCreated fact{.subscription = subscription(),
                             .topic = topic(),
                             .at = instant(),
                             .protocol = protocol(),
                             .endpoint = string(100)};
    if (flag()) fact.queue = name();
    if (flag()) fact.state = SubscriptionState::confirmed;
    fact.was_authenticated = flag();
    fact.attributes = subscription_attributes();
    return fact;
  }

  SeededRandom random_;
  std::deque<std::string> strings_;
};

}  // namespace mailrail::engine
