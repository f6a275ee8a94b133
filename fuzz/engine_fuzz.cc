// Any sequence of commands to the engine: a replay of its facts gives the same state, and in the
// end everything that was sent and not removed is received, but what is damaged.
//
// A byte names each command, those behind it say on which queue, under which handle and so on. A
// restart goes on with the replayed engine. The highest bytes are about topics, and about bodies
// that messages share.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

constexpr std::array<std::string_view, 4> names = {"a", "dead", "b.fifo", "dead.fifo"};
constexpr std::array<std::string_view, 2> topic_names = {"news", "news.fifo"};
constexpr std::array<std::string_view, 4> groups = {"", "x", "y", "z"};
constexpr std::array<Duration, 8> times = {0ms, 1ms, 1s, 30s, 5min - 1ms, 15min, 3h, 12h};
constexpr Duration delay_max = 15min;
constexpr std::size_t received_kept_max = 32;
constexpr int restarts_max = 8;
constexpr std::size_t received_max = 10;
constexpr std::uint8_t first_about_topics = 240;

QueueName name_of(std::uint8_t number) {
  return {.region = "r", .account = "1", .name = std::string(names[number % names.size()])};
}

TopicName topic_name_of(std::uint8_t number) {
  return {.region = "r", .account = "1", .name = std::string(topic_names[number % 2])};
}

// A message, as it was first sent.
using Given = std::pair<QueueId, Seq>;

// Whose the body says that it is: of no queue if messages share it.
Given owner_of(const ReceivedMessage& message) {
  if (message.share) return {QueueId(), message.share->publication};
  return {message.origin_queue, message.origin_seq};
}

// What was received until there was nothing more.
struct Drained {
  std::vector<Given> given;
  std::map<std::pair<QueueId, std::string>, Seq> newest;  // Of each conversation.
};

class Run {
 public:
  explicit Run(std::string_view input) : input_(input) {
    engine_->found(turn_);
    for (const std::uint8_t each : {0, 1, 2, 3}) make(each);
  }

  void commands() {
    while (!input_.at_end()) {
      command();
      (void)engine_->take_woken();
    }
  }

  // The engine and its replay hold the same and go on to give the same.
  void finish() {
    std::unique_ptr<Engine> replayed = replay();
    turn_.now += lease_total_max;
    pass(*replayed);
    pass(*engine_);
    for (const auto& [name, queue] : engine_->queue_names()) {
      const QueueCounts one = engine_->counts(queue);
      const QueueCounts other = replayed->counts(queue);
      CHECK(one.visible == other.visible && one.in_flight == other.in_flight &&
            one.delayed == other.delayed && one.parked == other.parked &&
            one.parked_conversations == other.parked_conversations);
      CHECK(one.in_flight == 0 && one.delayed == 0);
    }
    CHECK(drain(*engine_) == drain(*replayed));
  }

 private:
  void command() {
    const std::uint8_t number = input_.u8();
    if (number >= first_about_topics) return topic_command();
    switch (number % 16) {
      case 0:
      case 1:
        return send();
      case 2:
      case 3:
        return receive();
      case 4:
        return under_handle(
            [&](const ReceiptHandle& handle) { (void)engine_->delete_message(turn_, handle); });
      case 5:
        return under_handle([&](const ReceiptHandle& handle) {
          (void)engine_->change_visibility(turn_, handle, time());
        });
      case 6:
        return under_handle(
            [&](const ReceiptHandle& handle) { engine_->give_back(turn_, handle); });
      case 7:
        turn_.now += time();
        return pass(*engine_);
      case 8:
        (void)engine_->remove_expired(turn_, input_.u8());
        return;
      case 9:
        return purge_or_delete();
      case 10:
        return change();
      case 11:
        if (restarts_++ < restarts_max) engine_ = replay();
        return;
      case 12:
        return damage();
      case 13:
        return settle();
      default:
        return redrive();
    }
  }

  // Null if there is none; then it is made.
  const Queue* queue() {
    const std::uint8_t number = input_.u8();
    const Queue* found = engine_->find_queue(name_of(number));
    if (found == nullptr) make(number);
    return found;
  }

  void make(std::uint8_t number) {
    const QueueName name = name_of(number);
    (void)engine_->create_queue(turn_, name, {.is_fifo = name.name.ends_with(".fifo")}, {});
  }

  Duration time() { return times[input_.u8() % times.size()]; }

  void send() {
    const Queue* to = queue();
    if (to == nullptr) return;
    const std::uint8_t what = input_.u8();
    SendRequest request{.queue = to->id, .group = groups[what % 4], .record = "record"};
    const std::string id(1, static_cast<char>('0' + what / 4 % 4));
    if (to->attributes.is_fifo) {
      if (request.group.empty()) request.group = "w";
      request.deduplication_id = id;
    } else if (what >= 128) {
      request.delay = std::min(time(), delay_max);
    }
    (void)engine_->send(turn_, request);
  }

  void receive() {
    const Queue* from = queue();
    if (from == nullptr) return;
    const std::uint8_t what = input_.u8();
    ReceiveRequest request{.queue = from->id, .count_max = 1 + what % received_max};
    if (what >= 128) request.visibility_timeout = time();
    if (what % 3 == 0) request.attempt = groups[1 + what / 64 % 3];
    for (const ReceivedMessage& each : engine_->receive(turn_, request).messages) {
      received_.push_back(each);
      if (received_.size() > received_kept_max) received_.erase(received_.begin());
    }
  }

  // --- Topics.

  void topic_command() {
    const TopicName name = topic_name_of(input_.u8());
    const std::uint8_t what = input_.u8();
    if (what % 8 == 7) return what < 128 ? relocate() : damage_shared(what);
    const Topic* topic = engine_->topics().find(name);
    if (topic == nullptr) return make_topic(name, what);
    switch (what % 8) {
      case 0:
      case 1:
      case 2:
        return publish(*topic);
      case 3:
      case 4:
        return subscribe(*topic, what);
      case 5:
        return unsubscribe(*topic, what);
      default:
        if (what >= 128) engine_->delete_topic(turn_, topic->id);
    }
  }

  void make_topic(const TopicName& name, std::uint8_t what) {
    TopicAttributes attributes{.is_fifo = name.name.ends_with(".fifo")};
    if (what >= 128) attributes.deduplication_scope = TopicDeduplicationScope::message_group;
    (void)engine_->create_topic(turn_, name, attributes, {});
  }

  // Some are pending, and some of those are confirmed when they would be made again.
  void subscribe(const Topic& topic, std::uint8_t what) {
    const QueueName queue = name_of(what / 8);
    for (const auto& [id, known] : topic.subscriptions) {
      if (known->queue != queue) continue;
      if (!known->is_confirmed()) return engine_->confirm(turn_, id, {.was_authenticated = true});
      return engine_->change_subscription(turn_, id, {.is_raw = !known->attributes.is_raw});
    }
    const auto state = what < 192 ? SubscriptionState::confirmed : SubscriptionState::pending;
    (void)engine_->subscribe(turn_, {.topic = topic.id,
                                     .endpoint = queue.name,
                                     .queue = queue,
                                     .state = state,
                                     .attributes = {.is_raw = what >= 64}});
  }

  void unsubscribe(const Topic& topic, std::uint8_t what) {
    if (topic.subscriptions.empty()) return;
    const auto which = static_cast<std::ptrdiff_t>(what / 8u % topic.subscriptions.size());
    engine_->unsubscribe(turn_, std::next(topic.subscriptions.begin(), which)->first);
  }

  // The highest bits choose among the subscriptions, as filters would.
  void publish(const Topic& topic) {
    const std::uint8_t what = input_.u8();
    const std::uint8_t chosen = input_.u8();
    const bool is_fifo = topic.attributes.is_fifo;
    std::vector<PublishTarget> targets;
    for (const auto& [id, subscription] : topic.subscriptions) {
      const Queue* to = engine_->find_queue(*subscription->queue);
      const bool is_matched = (chosen >> (id.value() % 8) & 1) == 0 && subscription->is_confirmed();
      if (to == nullptr || !is_matched || (to->attributes.is_fifo && !is_fifo)) continue;
      targets.push_back(
          {.queue = to->id, .subscription = id, .is_raw = subscription->attributes.is_raw});
    }
    PublishRequest request{
        .topic = topic.id, .group = groups[what % 4], .record = "shared", .targets = targets};
    if (is_fifo && request.group.empty()) request.group = "w";
    const std::string id(1, static_cast<char>('0' + what / 4 % 4));
    if (is_fifo) request.deduplication_id = id;
    const auto original = engine_->original_of(turn_.now, request);
    const std::size_t before = engine_->message_count();
    const PublishResult result = engine_->publish(turn_, request);
    CHECK(result.is_duplicate == original.has_value());
    const std::size_t added = engine_->message_count() - before;
    CHECK(result.is_duplicate ? added == 0 : added <= targets.size());
    CHECK(is_fifo || added == targets.size());
    CHECK(engine_->shared_body(result.publication).has_value() || added == 0);
  }

  std::string_view bytes_at(const Body& body) const {
    return std::string_view(facts_.payload())
        .substr(body.position.value() - facts_.position().value(), body.length);
  }

  // The first of all bodies, the cleaner's way; those that are shared come last.
  void relocate() {
    OldBodies cursor{.before = LiveBytes::stretch_after(facts_.end()), .bytes_max = 1};
    cursor.is_in_shared = input_.u8() % 2 == 0;
    for (const OldBody& each : engine_->find_old_bodies(cursor, 8))
      engine_->relocate(turn_, each, std::string(bytes_at(each.body)));
  }

  void damage_shared(std::uint8_t what) {
    OldBodies cursor{.before = LiveBytes::stretch_after(facts_.end()), .bytes_max = what};
    cursor.is_in_shared = true;
    const std::vector<OldBody> found = engine_->find_old_bodies(cursor, 8);
    if (found.empty() || !engine_->mark_damaged(turn_, found.back())) return;
    damaged_.emplace(QueueId(), *found.back().publication);
  }

  template <class Act>
  void under_handle(Act act) {
    const std::uint8_t which = input_.u8();
    if (received_.empty()) return;
    const ReceiptHandle handle = received_[which % received_.size()].handle();
    if (engine_->find_queue(handle.queue) != nullptr) act(handle);
  }

  void damage() {
    const std::uint8_t which = input_.u8();
    if (received_.empty()) return;
    const ReceivedMessage& message = received_[which % received_.size()];
    const std::uint32_t before = facts_.count();
    engine_->mark_damaged(turn_, message.queue, message.seq, message.body.position);
    if (facts_.count() > before) damaged_.insert(owner_of(message));
  }

  void redrive() {
    const Queue* found = queue();
    if (found == nullptr) return;
    const std::uint8_t what = input_.u8();
    if (what < 64) {
      MoveTaskRequest request{.source = found->id, .rate = what % 4u};
      if (what % 8 >= 4) request.pace = MovePace::ramp;
      if (what >= 32) request.destination = name_of(what);
      (void)engine_->start_move_task(turn_, request);
    } else if (what < 80 && found->is_moving()) {
      engine_->cancel_move_task(turn_, found->id);
    }
    engine_->move_messages(turn_);
  }

  void settle() {
    const Queue* found = queue();
    if (found == nullptr) return;
    const std::uint8_t what = input_.u8();
    const std::string_view group = what % 4 == 0 ? "w" : groups[what % 4];
    switch (what / 4 % 4) {
      case 0:
        (void)engine_->retry(turn_, found->id, group);
        return;
      case 1:
        (void)engine_->skip(turn_, found->id, group, SkipTo::nowhere);
        return;
      case 2:
        (void)engine_->skip(turn_, found->id, group, SkipTo::dead_letters);
        return;
      default:
        if (const auto request = engine_->drop_request(found->id, group))
          (void)engine_->drop(turn_, found->id, *request, 1 + what / 64u);
    }
  }

  void purge_or_delete() {
    const bool deletes = input_.u8() % 2 == 0;
    const Queue* found = queue();
    if (found == nullptr) return;
    if (deletes) {
      engine_->delete_queue(turn_, found->id);
    } else {
      engine_->purge_queue(turn_, found->id);
    }
  }

  void change() {
    const Queue* found = queue();
    if (found == nullptr) return;
    QueueAttributes attributes = found->attributes;
    const std::uint8_t what = input_.u8();
    attributes.visibility_timeout = times[what % 8];
    attributes.delay = std::min(times[what / 8 % 8], delay_max);
    attributes.retention = what < 64 ? 60s : 14 * 24h;
    if (what % 2 == 0) attributes.deduplication_scope = DeduplicationScope::message_group;
    attributes.dead_letter.reset();
    const std::string& name = found->name.name;
    if (what % 3 == 0 && !name.starts_with("dead")) {
      attributes.dead_letter = {.target = name_of(name == names[0] ? 1 : 3),
                                .receive_count_max = 1 + what / 64u};
    }
    attributes.on_poison = what / 16 % 2 == 0 ? OnPoison::park : OnPoison::dead_letter;
    engine_->change_queue(turn_, found->id, attributes);
  }

  void pass(Engine& engine) const {
    while (!engine.advance(turn_.now)) {
    }
  }

  std::unique_ptr<Engine> replay() const {
    auto replayed = std::make_unique<Engine>(2);
    const auto decoded = decode_facts(facts_.payload(), [&](const Fact& fact, FactPlace place) {
      replayed->apply(fact, {.position = facts_.position() + place.offset, .length = place.length});
    });
    CHECK(decoded.has_value());
    CHECK(replayed->state_hash(turn_.now) == engine_->state_hash(turn_.now));
    return replayed;
  }

  std::string group_of(const ReceivedMessage& message) const {
    const auto sent = decode_sent(bytes_at(message.body));
    CHECK(sent && Given(sent->queue, sent->seq) == owner_of(message));
    return std::string(sent->group);
  }

  // A conversation with a head that cannot be read is left at that.
  static void release(Engine& engine, Turn& turn, QueueId queue, const std::string& group) {
    if (engine.retry(turn, queue, group) == ParkedResult::done) return;
    CHECK(engine.skip(turn, queue, group, SkipTo::nowhere) == ParkedResult::done);
  }

  // Receives and deletes until nothing is left, while time passes: a dead letter may be delayed
  // where it arrives. What is returned is in the order of first sends.
  std::vector<Given> drain(Engine& engine) {
    FactWriter facts(facts_.end());
    Turn turn{.now = turn_.now, .random = random_, .facts = facts};
    Drained drained;
    for (bool is_done = false; !is_done; turn.now += delay_max) {
      is_done = true;
      for (const auto& [name, queue] : engine.queue_names()) {
        for (const ParkedConversation& each : engine.parked(queue, "", groups.size()))
          release(engine, turn, queue, each.group);
        if (drain(engine, turn, queue, drained) || engine.counts(queue).parked_conversations > 0)
          is_done = false;
      }
    }
    CHECK(engine.message_count() == 0 || !damaged_.empty());
    CHECK(engine.live_bytes().total() == 0 || !damaged_.empty());
    for (const auto& [name, queue] : engine.queue_names()) {
      const bool is_fifo = engine.find_queue(queue)->attributes.is_fifo;
      CHECK(is_fifo || engine.counts(queue).visible == 0);
    }
    std::ranges::sort(drained.given);
    return drained.given;
  }

  // False if there was nothing.
  bool drain(Engine& engine, Turn& turn, QueueId queue, Drained& drained) {
    const bool is_fifo = engine.find_queue(queue)->attributes.is_fifo;
    bool had_something = false;
    while (true) {
      const ReceiveResult result = engine.receive(
          turn, {.queue = queue, .count_max = received_max, .visibility_timeout = 30s});
      for (const ReceivedMessage& each : result.messages) {
        drained.given.emplace_back(each.origin_queue, each.origin_seq);
        CHECK(!damaged_.contains(owner_of(each)));
        if (is_fifo) {
          Seq& newest = drained.newest[{queue, group_of(each)}];
          CHECK(newest < each.seq);
          newest = each.seq;
        }
        CHECK(engine.delete_message(turn, each.handle()) == DeleteResult::done);
      }
      const bool has_more = !result.messages.empty() || result.is_unfinished;
      had_something = had_something || has_more || result.moved_dead_letters;
      if (!has_more) return had_something;
    }
  }

  ByteReader input_;
  SeededRandom random_{1};
  FactWriter facts_{Position(4096)};
  Turn turn_{.now = from_unix_ms(1'700'000'000'000), .random = random_, .facts = facts_};
  std::unique_ptr<Engine> engine_ = std::make_unique<Engine>(1);
  std::vector<ReceivedMessage> received_;  // The newest, by whose handles commands are given.
  std::set<Given> damaged_;
  int restarts_ = 0;
};

}  // namespace
}  // namespace mailrail::engine

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::engine::Run run({reinterpret_cast<const char*>(data), size});
  run.commands();
  run.finish();
  return 0;
}
