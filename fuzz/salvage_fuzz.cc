// A whole directory with arbitrary damage: verify and salvage come to an end, what salvage makes is
// whole, and a server can start on it.
//
// The first byte chooses what the others are: changes of bytes of a directory that was closed (0)
// or killed (1), six each: which file, where, what; or facts (2) or records of a checkpoint (3)
// in a frame whose checksums are right, which only somebody who knows the salt could write.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "broker/replay.h"
#include "fuzz/flip.h"
#include "log/file/file_log.h"
#include "ops/salvage.h"
#include "ops/verify.h"
#include "sim/sim_disk.h"

namespace mailrail::ops {
namespace {

constexpr log::FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 16 << 10};

enum Mode : std::uint8_t { changed_closed = 0, changed_killed = 1, facts = 2, records = 3 };

class Directory {
 public:
  Directory() { log_ = *log::FileLog::open(disk, random_, small); }

  template <class Decide>
  void turn(Decide decide) {
    engine::FactWriter written(log_->next_position());
    engine::Turn turn{.now = from_unix_ms(1'700'000'000'000), .random = random_, .facts = written};
    decide(turn);
    append(written.count(), written.take_payload());
  }

  void append(std::uint32_t count, std::string payload) {
    if (payload.empty() || payload.size() > small.payload_bytes_max) return;
    CHECK(log_->append({.position = log_->next_position(),
                        .time = from_unix_ms(1'700'000'000'000),
                        .count = count,
                        .payload = std::move(payload)})
              .outcome == log::Outcome::durable);
  }

  void checkpoint(std::string_view also) {
    const Position begin = log_->next_position();
    CHECK(log_->begin_checkpoint());
    engine::Sweep sweep = engine.begin_sweep({.messages_max = 2, .bytes_max = 100});
    while (const auto run = engine.sweep(sweep))
      CHECK(log_->write_checkpoint(run->payload, run->count));
    if (!also.empty() && also.size() <= small.payload_bytes_max)
      CHECK(log_->write_checkpoint(also, 1));
    CHECK(log_->finish_checkpoint({.span = {.begin = begin, .end = begin}, .needed = Position()}));
  }

  void fill() {
    turn([&](engine::Turn& turn) { engine.found(turn); });
    for (const char* name : {"plain", "chat.fifo"}) {
      turn([&](engine::Turn& turn) {
        engine.create_queue(turn, {.region = "r", .account = "a", .name = name},
                            {.is_fifo = std::string_view(name).ends_with(".fifo")}, {});
      });
    }
    for (std::uint32_t i = 0; i < 12; ++i) {
      turn([&](engine::Turn& turn) {
        const std::string record(1500 + i, static_cast<char>('a' + i));
        engine.send(turn, {.queue = QueueId(1 + i % 2),
                           .group = i % 2 == 0 ? "" : "g",
                           .deduplication_id = i % 2 == 0 ? "" : record,
                           .record = record});
      });
    }
    turn([&](engine::Turn& turn) {
      engine.receive(turn, {.queue = QueueId(1), .count_max = 2});
      engine.receive(turn, {.queue = QueueId(2), .count_max = 2});
    });
  }

  void close() { CHECK(log_->close()); }

  sim::SimDisk disk{1};
  engine::Engine engine{1};

 private:
  SeededRandom random_{1};
  std::unique_ptr<log::FileLog> log_;
};

void change(sim::SimDisk& disk, std::string_view input) {
  const std::vector<std::string> names = disk.names();
  flip(disk, names, input);
}

void expect_served(sim::SimDisk& disk) {
  SeededRandom random(2);
  const auto log = log::FileLog::open(disk, random, small);
  CHECK(log);
  engine::Engine engine(3);
  CHECK(broker::replay(**log, engine));
}

void expect_salvaged(sim::SimDisk& disk) {
  NoProgress progress;
  const auto verified = verify(disk, 1, progress);
  sim::SimDisk to(1, "/salvaged");
  SeededRandom random(5);
  const auto salvaged = salvage(disk, to, random, progress);
  CHECK(salvaged.has_value() == verified.has_value());
  if (!salvaged) return;
  const auto result = verify(to, 1, progress);
  CHECK(result && result->is_whole());
  expect_served(to);
  if (verified->is_whole()) {
    CHECK(salvaged->is_all());
    expect_served(disk);
  }
}

enum class Swept : std::uint8_t { no, yes };

// As a server leaves it.
sim::SimDisk left_behind(Mode mode, Swept swept) {
  Directory directory;
  directory.fill();
  if (swept == Swept::yes) directory.checkpoint("");
  if (mode == changed_closed) directory.close();
  return directory.disk;
}

void run_changed(Mode mode, std::string_view input) {
  static const sim::SimDisk all[2][2] = {
      {left_behind(changed_closed, Swept::no), left_behind(changed_closed, Swept::yes)},
      {left_behind(changed_killed, Swept::no), left_behind(changed_killed, Swept::yes)}};
  const int swept = !input.empty() && (input[0] & 1) != 0 ? 1 : 0;
  sim::SimDisk disk = all[mode][swept];
  change(disk, input);
  expect_salvaged(disk);
}

// As many as can be read, and one that cannot.
std::uint32_t facts_in(std::string_view payload) {
  std::uint32_t count = 0;
  const auto decoded = engine::decode_facts(payload, [&](const auto&, auto) { ++count; });
  return decoded ? count : count + 1;
}

void run_signed(Mode mode, std::string_view input) {
  Directory directory;
  directory.fill();
  if (mode == records) {
    directory.checkpoint(input);
  } else {
    if (!input.empty() && (input[0] & 1) != 0) directory.checkpoint("");
    directory.append(facts_in(input), std::string(input));
  }
  directory.close();
  expect_salvaged(directory.disk);
}

void run(Mode mode, std::string_view input) {
  if (mode == changed_closed || mode == changed_killed) {
    run_changed(mode, input);
  } else {
    run_signed(mode, input);
  }
}

}  // namespace
}  // namespace mailrail::ops

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  mailrail::ops::run(static_cast<mailrail::ops::Mode>(input[0] & 3), input.substr(1));
  return 0;
}
