// What the tests of ops share: a directory with everything in it that a server leaves behind, and
// what is known of each message that was ever in it.
//
// Several segments, of which the first are trimmed; a checkpoint of several parts; standard and
// FIFO queues, leases, dead letters and their redrive, parked conversations, moved bodies, purged
// and deleted queues. Nothing here is part of mailrail itself.

#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "broker/replay.h"
#include "engine/engine.h"
#include "engine/read_back.h"
#include "log/file/file_log.h"
// NOLINTNEXTLINE(tidy-includes): only tests include this header.
#include "sim/sim_disk.h"

namespace mailrail::ops {

inline constexpr log::FileLogOptions small_log{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 16 << 10};

// Where in a file bytes of the log lie.
struct Stretch {
  std::string file;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct KnownMessage {
  std::string record;
  std::vector<Stretch> bodies;    // Frames that hold its body, the newest last.
  std::vector<Stretch> removals;  // Frames that removed it.
};

// By where a message was first sent.
using KnownMessages = std::map<Seq, KnownMessage>;

// A log and an engine without threads.
class SmallServer {
 public:
  explicit SmallServer(sim::SimDisk& disk, std::uint64_t seed = 5) : random_(seed) {
    log_ = *log::FileLog::open(disk, random_, small_log);
    engine_ = std::make_unique<engine::Engine>(7);
    EXPECT_TRUE(broker::replay(*log_, *engine_));
  }

  engine::Engine& engine() { return *engine_; }
  log::FileLog& log() { return *log_; }
  Instant now() const { return now_; }
  void pass(Duration time) { now_ += time; }

  // One turn, one frame. Says where the frame lies.
  template <class Decide>
  Stretch turn(Decide decide) {
    engine::FactWriter facts(log_->next_position());
    engine::Turn turn{.now = now_, .random = random_, .facts = facts};
    while (!engine_->advance(now_)) {
    }
    decide(turn);
    if (facts.count() == 0) return {};
    const log::Frame frame{.position = facts.position(),
                           .time = now_,
                           .count = facts.count(),
                           .payload = facts.take_payload()};
    EXPECT_EQ(log_->append(frame).outcome, log::Outcome::durable);
    const std::uint64_t offset =
        log::format::offset_of(frame.position) - sizeof(log::format::FrameHeader);
    return {.file = log::format::segment_name(log::format::SegmentKind::log,
                                              log::format::segment_of(frame.position)),
            .begin = offset,
            .end = offset + log::format::frame_extent(frame.payload.size())};
  }

  void checkpoint() {
    const Position begin = log_->next_position();
    engine::Sweep sweep = engine_->begin_sweep({.messages_max = 8, .bytes_max = 400});
    EXPECT_TRUE(log_->begin_checkpoint());
    while (const auto run = engine_->sweep(sweep))
      EXPECT_TRUE(log_->write_checkpoint(run->payload, run->count));
    const Position needed = engine_->live_bytes().oldest().value_or(begin);
    EXPECT_TRUE(log_->finish_checkpoint(
        {.span = {.begin = begin, .end = begin, .time = now_}, .needed = needed}));
    while (*log_->trim(~std::uint64_t{0})) {
    }
  }

 private:
  SeededRandom random_;
  std::unique_ptr<log::FileLog> log_;
  std::unique_ptr<engine::Engine> engine_;
  Instant now_ = from_unix_ms(1'700'000'000'000);
};

enum class Stop { clean, unclean };
enum class Trimmed { no, yes };

class ServedDirectory {
 public:
  ServedDirectory(Stop stop, Trimmed trimmed) : trimmed_(trimmed) {
    SmallServer server(disk, 5);
    serve(server);
    state_hash = server.engine().state_hash(server.now());
    now = server.now();
    note_alive(server.engine());
    message_id = server.engine().identity().message_id(QueueId(1), Seq(1), 0);
    if (stop == Stop::clean) server.log().close().value();
  }

  void note_alive(const engine::Engine& engine) {
    engine::Sweep sweep = engine.begin_sweep();
    while (const auto run = engine.sweep(sweep)) {
      EXPECT_TRUE(engine::decode_records(run->payload, [&](const engine::CheckpointRecord& record) {
        const auto* kept = std::get_if<engine::KeptMessages>(&record);
        if (kept == nullptr) return;
        for (const engine::KeptMessage& each : kept->messages) {
          const Seq origin = each.delivery ? each.delivery->origin_seq : each.seq;
          alive.insert(origin);
          if (!each.delivery || each.delivery->redrives == 0) continue;
          redriven[origin] = engine.identity().message_id(each.delivery->origin_queue, origin,
                                                          each.delivery->redrives);
        }
      }));
    }
  }

  sim::SimDisk disk{1};
  KnownMessages known;
  std::set<Seq> alive;
  std::map<Seq, std::string> redriven;  // Of these, with their message ids.
  std::uint64_t state_hash = 0;
  Instant now;
  std::string message_id;  // Of the first message of the first queue.

 private:
  void serve(SmallServer& server) {
    server.turn([&](engine::Turn& turn) { server.engine().found(turn); });
    standard_ = create(server, "standard", {});
    const QueueId dead = create(server, "dead.fifo", {.is_fifo = true});
    fifo_ = create(server, "chat.fifo",
                   {.is_fifo = true,
                    .dead_letter = engine::DeadLetter{
                        .target = server.engine().find_queue(dead)->name, .receive_count_max = 1}});
    const QueueId other = create(server, "other", {});
    const QueueId gone = create(server, "gone", {});
    const TopicId topic = subscribe(server, "topic");
    const TopicId gone_topic = subscribe(server, "gone-topic");
    for (int i = 0; i < 24; ++i) {
      send(server, standard_, 900, "");
      send(server, fifo_, 500 + 40 * static_cast<std::size_t>(i), "group " + std::to_string(i % 3));
      if (i % 6 == 0) send(server, gone, 300, "");
    }
    lease_and_delete(server);
    remove_all(server,
               server.turn([&](engine::Turn& turn) { server.engine().delete_queue(turn, gone); }),
               gone);
    move_dead_letters(server, dead);
    redrive(server, dead);
    const QueueId parking = create(server, "parking.fifo", parking_attributes(server, dead));
    park(server, parking, "before");
    if (trimmed_ == Trimmed::yes) move_old_bodies(server);
    server.turn([&](engine::Turn& turn) { server.engine().delete_topic(turn, gone_topic); });
    server.checkpoint();
    const TopicId fifo_topic = subscribe(server, "later.fifo");
    for (int i = 0; i < 8; ++i) {
      send(server, standard_, 700, i % 2 == 0 ? "tenant" : "");
      send(server, fifo_, 1500, "group " + std::to_string(i % 4));
    }
    for (int i = 0; i < 6; ++i) {
      publish(server, topic, {standard_, other, endpoint_of(server, topic)}, 600, "tenant");
      publish(server, fifo_topic, {fifo_, standard_, endpoint_of(server, fifo_topic)}, 200,
              "group " + std::to_string(i % 3));
    }
    lease_and_delete(server);
    redrive(server, dead);
    park(server, parking, "after");
    const QueueId purged = create(server, "purged", {});
    send(server, purged, 400, "");
    remove_all(server,
               server.turn([&](engine::Turn& turn) { server.engine().purge_queue(turn, purged); }),
               purged);
    send(server, purged, 400, "");
    send(server, standard_, 5000, "");
    send(server, standard_, 50, "");
  }

  static QueueId create(SmallServer& server,
                        const std::string& name,
                        const engine::QueueAttributes& attributes) {
    QueueId queue;
    server.turn([&](engine::Turn& turn) {
      queue = server.engine().create_queue(
          turn, {.region = "us-east-1", .account = "000000000000", .name = name}, attributes, {});
    });
    return queue;
  }

  // A topic with subscriptions of a queue and of an HTTP endpoint, one that may be had back, and
  // one that was ended.
  static TopicId subscribe(SmallServer& server, const std::string& name) {
    TopicId topic;
    server.turn([&](engine::Turn& turn) {
      engine::Engine& engine = server.engine();
      if (engine.signing_key() == nullptr)
        engine.set_signing_key(turn, std::string(1200, 'k'), std::string(800, 'c'));
      topic = engine.create_topic(turn,
                                  {.region = "us-east-1", .account = "000000000000", .name = name},
                                  {.is_fifo = name.ends_with(".fifo")}, {});
      engine.subscribe(turn, {.topic = topic,
                              .endpoint = "arn:aws:sqs:us-east-1:000000000000:standard",
                              .state = engine::SubscriptionState::confirmed,
                              .attributes = {.filter_policy = R"({"shop":["north"]})"}});
      const SubscriptionId second = engine.subscribe(
          turn, {.topic = topic, .protocol = engine::Protocol::https, .endpoint = "https://one"});
      engine.confirm(turn, second, {.was_authenticated = true});
      engine.unsubscribe(turn, second);
      for (const std::string endpoint : {"https://two", "https://three"}) {
        const SubscriptionId last = engine.subscribe(
            turn, {.topic = topic, .protocol = engine::Protocol::https, .endpoint = endpoint});
        engine.confirm(turn, last, {});
        if (endpoint == "https://three") engine.deactivate(turn, last);
      }
    });
    return topic;
  }

  // What waits for the endpoint of its second subscription.
  static QueueId endpoint_of(SmallServer& server, TopicId topic) {
    const engine::Topic& of = *server.engine().topics().find(topic);
    return server.engine().delivery_queue(std::next(of.subscriptions.begin())->first)->id;
  }

  void send(SmallServer& server, QueueId queue, std::size_t bytes, const std::string& group) {
    const std::string id = std::to_string(known.size());
    std::string record = "message " + id + " ";
    record.resize(std::max(bytes, record.size()), static_cast<char>('a' + known.size() % 26));
    const bool is_fifo = server.engine().find_queue(queue)->attributes.is_fifo;
    engine::SendResult sent;
    server.pass(100ms);
    const Stretch frame = server.turn([&](engine::Turn& turn) {
      sent = server.engine().send(turn, {.queue = queue,
                                         .group = group,
                                         .deduplication_id = is_fifo ? std::string_view(id) : "",
                                         .record = record});
    });
    known[sent.seq] = {.record = std::move(record), .bodies = {frame}, .removals = {}};
    queue_of_[sent.seq] = queue;
  }

  void publish(SmallServer& server,
               TopicId topic,
               const std::vector<QueueId>& queues,
               std::size_t bytes,
               const std::string& group) {
    const std::string id = std::to_string(known.size());
    std::string record = "message " + id + " ";
    record.resize(std::max(bytes, record.size()), static_cast<char>('a' + known.size() % 26));
    std::vector<engine::PublishTarget> targets;
    for (const QueueId each : queues) {
      const engine::QueueAttributes& of = server.engine().find_queue(each)->attributes;
      const bool delivers = of.is_delivery_queue();
      targets.push_back({.queue = each,
                         .subscription = delivers ? of.subscription : SubscriptionId(1),
                         .protocol = delivers ? engine::Protocol::https : engine::Protocol::sqs});
    }
    engine::PublishResult published;
    server.pass(100ms);
    const Stretch frame = server.turn([&](engine::Turn& turn) {
      published = server.engine().publish(turn, {.topic = topic,
                                                 .group = group,
                                                 .deduplication_id = id,
                                                 .record = record,
                                                 .targets = targets});
    });
    for (std::size_t i = 0; i < queues.size(); ++i) {
      const Seq seq = published.publication + 1 + i;
      known[seq] = {.record = record, .bodies = {frame}, .removals = {}};
      queue_of_[seq] = queues[i];
    }
  }

  void lease_and_delete(SmallServer& server) {
    for (const QueueId queue : {standard_, fifo_}) {
      engine::ReceiveResult received;
      server.turn([&](engine::Turn& turn) {
        received = server.engine().receive(turn, {.queue = queue, .count_max = 6});
      });
      for (std::size_t i = 0; i < received.messages.size(); i += 2) {
        const Stretch frame = server.turn([&](engine::Turn& turn) {
          server.engine().delete_message(turn, received.messages[i].handle());
        });
        known.at(received.messages[i].origin_seq).removals.push_back(frame);
      }
    }
  }

  // One conversation after the other, until those come that were received before.
  void move_dead_letters(SmallServer& server, QueueId dead) {
    server.pass(31s);
    for (int i = 0; i < 3; ++i) {
      server.turn([&](engine::Turn& turn) {
        server.engine().receive(turn, {.queue = fifo_, .count_max = 2, .visibility_timeout = 20s});
      });
    }
    EXPECT_GT(server.engine().counts(dead).visible, 1u);
  }

  // At most one message, and the task goes on.
  static void redrive(SmallServer& server, QueueId dead) {
    server.turn([&](engine::Turn& turn) {
      if (!server.engine().find_queue(dead)->is_moving())
        server.engine().start_move_task(turn, {.source = dead, .rate = 1});
    });
    server.pass(1s);
    server.turn([&](engine::Turn& turn) { server.engine().move_messages(turn); });
  }

  static engine::QueueAttributes parking_attributes(SmallServer& server, QueueId dead) {
    return {.is_fifo = true,
            .dead_letter = engine::DeadLetter{.target = server.engine().find_queue(dead)->name,
                                              .receive_count_max = 1},
            .on_poison = engine::OnPoison::park};
  }

  // Two conversations, of which one goes on.
  void park(SmallServer& server, QueueId queue, const std::string& name) {
    for (const char* each : {" stays", " goes on", " stays"}) send(server, queue, 200, name + each);
    for (int i = 0; i < 2; ++i) {
      server.turn([&](engine::Turn& turn) {
        server.engine().receive(turn, {.queue = queue, .count_max = 10, .visibility_timeout = 0s});
      });
    }
    server.turn([&](engine::Turn& turn) {
      EXPECT_EQ(server.engine().retry(turn, queue, name + " goes on"), engine::ParkedResult::done);
    });
  }

  // As cleaning does.
  void move_old_bodies(SmallServer& server) {
    engine::OldBodies cursor{.before = server.log().next_position(), .bytes_max = 4000};
    cursor.before = Position(std::uint64_t{4} << log::format::segment_shift);
    while (!cursor.is_done) {
      for (const engine::OldBody& old : server.engine().find_old_bodies(cursor, 10)) {
        const std::string sent = *server.log().read(old.body.position, old.body.length);
        const Stretch frame =
            server.turn([&](engine::Turn& turn) { server.engine().relocate(turn, old, sent); });
        known.at(engine::decode_sent(sent)->seq).bodies.push_back(frame);
      }
    }
  }

  void remove_all(SmallServer&, const Stretch& frame, QueueId queue) {
    for (auto& [seq, message] : known) {
      if (queue_of_.at(seq) == queue) message.removals.push_back(frame);
    }
  }

  Trimmed trimmed_;
  QueueId standard_;
  QueueId fifo_;
  std::map<Seq, QueueId> queue_of_;
};

// What a start says of a directory: nothing if it would serve it.
inline std::string refusal_of_start(sim::SimDisk disk,
                                    std::uint64_t* state_hash = nullptr,
                                    Instant now = {}) {
  SeededRandom random(3);
  const auto log = log::FileLog::open(disk, random, small_log);
  if (!log) return log.error().message;
  engine::Engine engine(2);
  if (const auto replayed = broker::replay(**log, engine); !replayed)
    return replayed.error().message;
  if (state_hash != nullptr) *state_hash = engine.state_hash(now);
  return "";
}

}  // namespace mailrail::ops
