#include "ops/backup.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "log/posix_disk.h"
#include "ops/backup_shelf.h"
#include "ops/ops_testing.h"
#include "ops/restore.h"

namespace mailrail::ops {
namespace {

namespace fs = std::filesystem;

// A server's log, without what is between.
class LogSource final : public BackupSource {
 public:
  explicit LogSource(log::FileLog& log) : snapshots_(log) {}

  Result<log::Snapshot> begin() override { return TRY(snapshots_.begin(1)).snapshot; }
  Result<std::string> read(const std::string& name,
                           std::uint64_t offset,
                           std::size_t length) override {
    before_read();
    return snapshots_.read(1, name, offset, std::min<std::size_t>(length, 5000));
  }
  Result<void> end() override { return snapshots_.end(1); }

  std::function<void()> before_read = [] {};

 private:
  log::Snapshots snapshots_;
};

class Backup : public testing::Test {
 public:
  Backup() {
    std::string pattern = (fs::temp_directory_path() / "mailrail-backup-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~Backup() override { fs::remove_all(root_); }

  void send(const std::string& text) {
    server_.turn([&](engine::Turn& turn) {
      const engine::QueueName name{.region = "us-east-1", .account = "000000000000", .name = "q"};
      const engine::Queue* queue = server_.engine().find_queue(name);
      const QueueId id =
          queue != nullptr ? queue->id : server_.engine().create_queue(turn, name, {}, {});
      server_.engine().send(turn, {.queue = id, .record = text});
    });
  }
  void fill(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) send(std::string(7000, 'x'));
  }

  Result<BackedUp> back_up(LogSource& source, std::size_t keep = 0) {
    now_ += 1s;
    return ops::back_up(source, {.destination = shelf(), .now = now_, .keep = keep, .hash_seed = 3},
                        progress_);
  }
  std::string shelf() const { return (root_ / "backups").string(); }
  std::string place(const char* name) const { return (root_ / name).string(); }

  std::uint64_t state_hash_of(const std::string& directory) {
    const auto disk = *log::PosixDisk::open(directory);
    SeededRandom random(4);
    const auto log = log::FileLog::open(*disk, random, small_log);
    EXPECT_TRUE(log) << log.error().message;
    engine::Engine engine(9);
    EXPECT_TRUE(broker::replay(**log, engine));
    return engine.state_hash(server_.now());
  }

 protected:
  fs::path root_;
  sim::SimDisk disk_{1};
  SmallServer server_{disk_};
  Instant now_ = from_unix_ms(1'795'811'712'042);
  NoProgress progress_;
};

TEST_F(Backup, IsRestoredAsItWasWhenItBegan) {
  server_.turn([&](engine::Turn& turn) {
    if (!server_.engine().is_founded()) server_.engine().found(turn);
  });
  fill(20);
  server_.checkpoint();
  fill(3);
  const std::uint64_t state = server_.engine().state_hash(server_.now());
  LogSource source(server_.log());
  source.before_read = [this] { send("later"); };

  const auto done = back_up(source);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->verified.is_whole());
  const auto restored = restore(done->directory, place("new"), 5, progress_);

  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_TRUE(restored->is_whole());
  EXPECT_EQ(restored->messages, 23u);
  EXPECT_EQ(state_hash_of(place("new")), state);
}

TEST_F(Backup, CopiesOnlyWhatTheOneBeforeHasNot) {
  server_.turn([&](engine::Turn& turn) { server_.engine().found(turn); });
  fill(40);
  LogSource source(server_.log());
  const auto first = back_up(source);
  ASSERT_TRUE(first) << first.error().message;
  fill(1);

  const auto second = back_up(source);

  ASSERT_TRUE(second) << second.error().message;
  EXPECT_GT(first->copied_bytes, 4 * small_log.segment_bytes);
  EXPECT_LE(second->copied_bytes, 2 * small_log.segment_bytes);
  EXPECT_GE(second->shared_bytes, 4 * small_log.segment_bytes);
  EXPECT_TRUE(second->verified.is_whole());
  EXPECT_EQ(*find_backup(shelf()), second->directory);
  EXPECT_EQ(*age_of_newest_backup(shelf(), now_ + 90s), 90s);
}

TEST_F(Backup, KeepsAsManyAsItIsTold) {
  server_.turn([&](engine::Turn& turn) { server_.engine().found(turn); });
  LogSource source(server_.log());
  fill(10);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(back_up(source));

  const auto done = back_up(source, 2);

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->removed.size(), 3u);
  EXPECT_EQ(std::distance(fs::directory_iterator(shelf()), fs::directory_iterator()), 2);
  EXPECT_TRUE(restore(**find_backup(shelf()), place("new"), 5, progress_));
}

TEST_F(Backup, ThatWasInterruptedCountsForNothing) {
  server_.turn([&](engine::Turn& turn) { server_.engine().found(turn); });
  fill(10);
  struct Gone final : BackupSource {
    explicit Gone(LogSource& source) : whole(source) {}
    Result<log::Snapshot> begin() override { return whole.begin(); }
    Result<std::string> read(const std::string&, std::uint64_t, std::size_t) override {
      return fail(errors::io, "The server is gone.");
    }
    Result<void> end() override { return whole.end(); }
    LogSource& whole;
  };
  LogSource source(server_.log());
  Gone gone(source);
  now_ += 1s;
  EXPECT_FALSE(
      ops::back_up(gone, {.destination = shelf(), .now = now_, .hash_seed = 3}, progress_));
  EXPECT_FALSE(*find_backup(shelf()));
  ASSERT_TRUE(source.end());

  const auto done = back_up(source);

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(std::distance(fs::directory_iterator(shelf()), fs::directory_iterator()), 1);
}

TEST_F(Backup, IsNoDataDirectory) {
  server_.turn([&](engine::Turn& turn) { server_.engine().found(turn); });
  LogSource source(server_.log());
  const auto done = back_up(source);
  ASSERT_TRUE(done) << done.error().message;

  const auto disk = *log::PosixDisk::open(done->directory);
  SeededRandom random(4);
  const auto log = log::FileLog::open(*disk, random);

  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message.find("is a backup"), std::string::npos) << log.error().message;
}

std::string second_segment() { return log::format::segment_name(log::format::SegmentKind::log, 1); }

TEST_F(Backup, SharesNoDamageOfTheOneBefore) {
  server_.turn([&](engine::Turn& turn) { server_.engine().found(turn); });
  fill(20);
  LogSource source(server_.log());
  const auto first = back_up(source);
  ASSERT_TRUE(first);
  {
    std::fstream file(first->directory + "/" + second_segment(),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(6000);
    file << "damage";
  }

  const auto second = back_up(source);

  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(second->verified.is_whole());
  EXPECT_EQ(second->shared_bytes, 0u);
}

TEST_F(Backup, OfADamagedLogTellsOfItAndIsKept) {
  server_.turn([&](engine::Turn& turn) { server_.engine().found(turn); });
  fill(20);
  std::string segment = disk_.content(second_segment());
  segment.replace(6000, 6, "damage");
  disk_.put(second_segment(), segment);
  LogSource source(server_.log());

  const auto done = back_up(source);

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(done->verified.is_whole());
  EXPECT_TRUE(fs::exists(done->directory));
}

TEST_F(Backup, TakesNoNamesFromAServerThatAreNoneOfALog) {
  struct Liar final : BackupSource {
    Result<log::Snapshot> begin() override {
      return log::Snapshot{.journal = "x", .files = {{.name = "../evil", .bytes = 1, .length = 1}}};
    }
    Result<std::string> read(const std::string&, std::uint64_t, std::size_t) override {
      return std::string("x");
    }
    Result<void> end() override { return {}; }
  };
  Liar liar;

  const auto done =
      ops::back_up(liar, {.destination = shelf(), .now = now_, .hash_seed = 3}, progress_);

  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("../evil"), std::string::npos);
  EXPECT_FALSE(fs::exists(root_ / "evil"));
}

TEST_F(Backup, IsRestoredIntoAnEmptyDirectoryOnly) {
  server_.turn([&](engine::Turn& turn) { server_.engine().found(turn); });
  LogSource source(server_.log());
  const auto done = back_up(source);
  ASSERT_TRUE(done);
  fs::create_directory(place("used"));
  std::ofstream(place("used/keys.json")) << "{}";

  EXPECT_FALSE(restore(done->directory, place("used"), 5, progress_));
  EXPECT_FALSE(restore(place("used"), place("new"), 5, progress_));
}

}  // namespace
}  // namespace mailrail::ops
