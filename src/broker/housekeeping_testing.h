// What the tests of housekeeping share: the real engine and the file log on a simulated disk, and
// small segments, so that few messages make a long log. One thread takes turns, commits and does
// the chores until nothing is left, so that a test sees what every step comes to.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "broker/broker.h"
#include "broker/replay.h"
#include "engine/fact_codec.h"
#include "log/file/file_log.h"
#include "sim/sim_disk.h"

namespace mailrail::broker {

inline constexpr std::uint64_t unit = 512 << 10;

class DoCall final : public Call {
 public:
  using Do = std::function<void(engine::Engine&, engine::Turn&)>;
  explicit DoCall(Do what) : Call(0), do_(std::move(what)) {}
  Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    do_(engine, turn);
    return {};
  }

 private:
  Do do_;
};

struct NoOutbox final : Outbox {
  void release(std::unique_ptr<Call>, std::vector<log::SharedFrame>) override {}
  void drop(std::unique_ptr<Call>) override {}
  void parked(const Call&) override {}
};

class HousekeepingTest : public testing::Test {
 protected:
  void start() {
    open();
    turn([](auto&, auto&) {});
  }

  void open() {
    log = *log::FileLog::open(disk, random, log_options);
    engine = std::make_unique<engine::Engine>(1);
    ASSERT_TRUE(replay(*log, *engine));
    options.housekeeping.replayed_bytes = log->recovered().bytes;
    broker = std::make_unique<Broker>(*engine, *log, random, outbox, options);
  }

  // Takes a last checkpoint.
  void stop() {
    broker->finish();
    while (!broker->is_finished()) ASSERT_TRUE(keep_house());
    broker.reset();
    log.reset();
  }

  // Changes a byte of the first message.
  void flip_first_body() {
    const std::string first = "segment-000000000000";
    std::string bytes = disk.content(first);
    bytes[bytes.find("mmmm") + 100] ^= 1;
    disk.put(first, bytes);
  }

  // Stops without a word, and starts again.
  void restart() {
    const std::uint64_t before = engine->state_hash(now);
    broker.reset();
    log.reset();
    start();
    EXPECT_EQ(engine->state_hash(now), before);
  }

  void take_turn(const DoCall::Do& what) {
    std::vector<std::unique_ptr<Call>> calls;
    calls.push_back(std::make_unique<DoCall>(what));
    broker->turn(now, std::move(calls));
  }

  // One turn, and whatever comes of it.
  void turn(const DoCall::Do& what) {
    take_turn(what);
    settle();
  }

  void settle() {
    for (int left = 10'000; left > 0; --left) {
      const bool has_committed = commit();
      const bool has_kept_house = keep_house();
      broker->turn(now, {});
      const std::optional<Instant> next = broker->next_turn();
      if (!has_committed && !has_kept_house && (!next || *next > now)) return;
    }
    FAIL() << "The broker is never idle.";
  }

  bool commit() {
    const log::SharedFrame frame = broker->take_frame();
    if (frame == nullptr) return false;
    EXPECT_EQ(log->append(*frame).outcome, log::Outcome::durable);
    broker->durable();
    return true;
  }

  bool keep_house() {
    most_bytes = std::max(most_bytes, log->space().total());
    const std::optional<Chore> chore = broker->take_chore();
    if (!chore) return false;
    rounds += std::holds_alternative<FinishCheckpoint>(*chore) ? 1 : 0;
    if (std::holds_alternative<ReadBodies>(*chore)) {
      reads += 1;
      if (reads == failing_read) disk.inject(disk.steps() + 1, sim::Fault::io_error);
    }
    auto done = perform(*chore, *log);
    EXPECT_TRUE(done);
    broker->chore_done(*std::move(done));
    return true;
  }

  QueueId create(const std::string& name) {
    QueueId queue;
    turn([&](engine::Engine& state, engine::Turn& turn) {
      queue = state.create_queue(turn, {.region = "r", .account = "a", .name = name}, {}, {});
    });
    return queue;
  }

  Seq send(QueueId queue, std::size_t bytes) {
    Seq seq;
    turn([&](engine::Engine& state, engine::Turn& turn) {
      seq = state.send(turn, {.queue = queue, .record = std::string(bytes, 'm')}).seq;
    });
    sizes[seq] = bytes;
    return seq;
  }

  void remove(QueueId queue, Seq seq) {
    turn([&](engine::Engine& state, engine::Turn& turn) {
      state.delete_message(turn, {.queue = queue, .seq = seq, .generation = 1});
    });
    sizes.erase(seq);
  }

  DoCall::Do removal_of_newest(QueueId queue, int count) {
    return [this, queue, count](engine::Engine& state, engine::Turn& turn) {
      for (int i = 0; i < count; ++i) {
        const Seq newest = sizes.rbegin()->first;
        state.delete_message(turn, {.queue = queue, .seq = newest, .generation = 1});
        sizes.erase(newest);
      }
    };
  }

  // Receives everything and reads every body.
  void expect_all_there(QueueId queue) {
    std::set<Seq> found;
    for (std::size_t before = 1; before > 0;) {
      turn([&](engine::Engine& state, engine::Turn& turn) {
        const auto received = state.receive(turn, {.queue = queue, .count_max = 100});
        before = received.messages.size();
        for (const auto& each : received.messages) {
          const auto bytes = log->read(each.body.position, each.body.length);
          ASSERT_TRUE(bytes) << bytes.error().message;
          const auto sent = engine::decode_sent(*bytes);
          ASSERT_TRUE(sent);
          EXPECT_EQ(sent->seq, each.seq);
          EXPECT_EQ(sent->record.size(), sizes.at(each.seq));
          found.insert(each.seq);
        }
      });
    }
    EXPECT_EQ(found.size(), sizes.size());
  }

  log::FileLogOptions log_options{
      .segment_bytes = unit, .payload_bytes_max = 64 << 10, .zeroed_step_bytes = 16 << 10};
  sim::SimDisk disk{1};
  SeededRandom random{1};
  Instant now = from_unix_ms(1'700'000'000'000);
  Options options{
      .call_bytes_max = 40 << 10,
      .housekeeping = {
          .log_bytes = 4 * unit, .moved_bytes = 24 << 10, .sweep = {.messages_max = 50}}};
  NoOutbox outbox;
  std::unique_ptr<log::FileLog> log;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<Broker> broker;
  std::map<Seq, std::size_t> sizes;
  int rounds = 0;
  int reads = 0;
  int failing_read = 0;          // That one meets an error of the disk.
  std::uint64_t most_bytes = 0;  // That the log took.
};

}  // namespace mailrail::broker
