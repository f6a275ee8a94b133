// storage: what the log writes and keeps for each message, measured without a server around it.
//
// The real engine, broker and file log, driven by one thread: a queue of waiting messages, and
// steps that send some and delete as many near its head, one frame a step. Prints one JSON object.

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "bench/counting_disk.h"
#include "broker/broker.h"
#include "log/file/file_log.h"
#include "log/posix_disk.h"

namespace mailrail::bench {
namespace {

struct Settings {
  std::string directory;
  std::uint64_t waiting = 20'000;
  std::uint64_t per_frame = 32;
  std::uint64_t bytes = 552;
  std::uint64_t rounds = 3;  // Of housekeeping, after one to warm up.
};

class Step final : public broker::Call {
 public:
  using Do = std::function<void(engine::Engine&, engine::Turn&)>;
  explicit Step(Do what) : Call(0), do_(std::move(what)) {}
  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    do_(engine, turn);
    return {};
  }

 private:
  Do do_;
};

class Nobody final : public broker::Outbox {
  void release(std::unique_ptr<broker::Call>, std::vector<log::SharedFrame>) override {}
  void drop(std::unique_ptr<broker::Call>) override {}
  void parked(const broker::Call&) override {}
};

class Store {
 public:
  explicit Store(const Settings& settings)
      : posix_(*log::PosixDisk::open(settings.directory)),
        disk_(*posix_),
        log_(*log::FileLog::open(disk_, system_)),
        broker_(engine_, *log_, random_, nobody_) {
    turn([&](engine::Engine& engine, engine::Turn& turn) {
      queue_ = engine.create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {}, {});
    });
  }

  // One frame: so many are sent, and as many deleted of those near the head.
  void step(std::uint64_t sends, std::uint64_t deletes, const std::string& record) {
    turn([&](engine::Engine& engine, engine::Turn& turn) {
      for (std::uint64_t i = 0; i < sends; ++i)
        waiting_.push_back(engine.send(turn, {.queue = queue_, .record = record}).seq);
      for (std::uint64_t i = 0; i < deletes; ++i) {
        std::swap(waiting_[random_.below(std::min<std::size_t>(waiting_.size(), 1000))],
                  waiting_.front());
        engine.delete_message(turn, {.queue = queue_, .seq = waiting_.front(), .generation = 1});
        waiting_.pop_front();
      }
    });
  }

  std::uint64_t written() const { return disk_.written(); }
  std::uint64_t finished() const { return finished_; }
  std::uint64_t disk_bytes() const { return log_->space().total(); }
  std::uint64_t live_bytes() const { return engine_.live_bytes().total(); }

 private:
  void turn(Step::Do what) {
    now_ += 1ms;
    std::vector<std::unique_ptr<broker::Call>> calls;
    calls.push_back(std::make_unique<Step>(std::move(what)));
    broker_.turn(now_, std::move(calls));
    do {
      if (const log::SharedFrame frame = broker_.take_frame()) {
        const log::Appended appended = log_->append(*frame);
        CHECK(appended.outcome == log::Outcome::durable);
        broker_.durable();
      }
      if (const auto chore = broker_.take_chore()) {
        finished_ += std::holds_alternative<broker::FinishCheckpoint>(*chore) ? 1 : 0;
        auto done = broker::perform(*chore, *log_);
        CHECK(done.has_value());
        broker_.chore_done(*std::move(done));
        broker_.turn(now_, {});
      }
    } while (!broker_.is_idle());
  }

  SystemRandom system_;
  SeededRandom random_{1};
  Nobody nobody_;
  std::unique_ptr<log::PosixDisk> posix_;
  CountingDisk disk_;
  std::unique_ptr<log::FileLog> log_;
  engine::Engine engine_{1};
  broker::Broker broker_;
  Instant now_ = from_unix_ms(1'700'000'000'000);
  QueueId queue_;
  std::deque<Seq> waiting_;
  std::uint64_t finished_ = 0;
};

int run(const Settings& settings) {
  std::filesystem::remove_all(settings.directory);
  Store store(settings);
  const std::string record(settings.bytes, 'm');
  for (std::uint64_t sent = 0; sent < settings.waiting; sent += 256) store.step(256, 0, record);
  const auto steps_through = [&](std::uint64_t round) {
    std::uint64_t steps = 0;
    for (; store.finished() < round; ++steps)
      store.step(settings.per_frame, settings.per_frame, record);
    return steps;
  };
  steps_through(store.finished() + 2);  // New files are written twice; from here on none is new.
  const std::uint64_t before = store.written();
  const std::uint64_t steps = steps_through(store.finished() + settings.rounds);
  const std::uint64_t messages = steps * settings.per_frame;
  fmt::print(
      "{{\"waiting\": {}, \"per_frame\": {}, \"messages\": {}, \"bytes_written_per_byte\": {:.2f}, "
      "\"disk_bytes\": {}, \"live_bytes\": {}}}\n",
      settings.waiting, settings.per_frame, messages,
      static_cast<double>(store.written() - before) /
          static_cast<double>(messages * settings.bytes),
      store.disk_bytes(), store.live_bytes());
  std::filesystem::remove_all(settings.directory);
  return 0;
}

}  // namespace
}  // namespace mailrail::bench

int main(int count, char** arguments) {
  mailrail::bench::Settings settings;
  CLI::App app("What the log writes and keeps for each message.", "storage");
  app.add_option("directory", settings.directory, "Made anew, and removed at the end.")->required();
  app.add_option("--waiting", settings.waiting, "Messages that wait.")->capture_default_str();
  app.add_option("--per-frame", settings.per_frame, "Sends, and deletes, of one frame.")
      ->capture_default_str();
  app.add_option("--bytes", settings.bytes, "Of a message.")->capture_default_str();
  app.add_option("--rounds", settings.rounds, "Checkpoints to measure over.")
      ->capture_default_str();
  CLI11_PARSE(app, count, arguments);
  return mailrail::bench::run(settings);
}
