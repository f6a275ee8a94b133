#include "cli/banner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using ::testing::HasSubstr;
using Kind = log::FileSystem::Kind;

server::Started usual() {
  return {.limits = {.memory_bytes_max = std::uint64_t{1} << 30,
                     .disk_bytes_max = std::uint64_t{201} << 30,
                     .disk_limit = server::DiskLimit::share_of_volume}};
}

TEST(Banner, SaysWhatAServerIs) {
  const std::string text = banner({.data = "/data"}, usual(), 4566);

  EXPECT_THAT(text, HasSubstr("\n  endpoint     http://127.0.0.1:4566\n"));
  EXPECT_THAT(text, HasSubstr("\n  data         /data\n"));
  EXPECT_THAT(text, HasSubstr("\n  recovered    new\n"));
  EXPECT_THAT(text, HasSubstr("\n  durability   on disk (fdatasync) before every answer\n"));
  EXPECT_THAT(text,
              HasSubstr("\n  limits       memory 1 GiB, disk 201 GiB (80 % of the volume)\n"));
  EXPECT_THAT(text, HasSubstr("aws --endpoint-url http://127.0.0.1:4566 sqs create-queue"));
}

TEST(Banner, SaysWhereTheConsoleIs) {
  EXPECT_THAT(banner({}, usual(), 4566), HasSubstr("\n  console      http://127.0.0.1:4566/\n"));
  server::Options open{.host = "0.0.0.0"};
  EXPECT_THAT(banner(open, usual(), 4566),
              HasSubstr("\n  console      nowhere: say --admin-listen\n"));
  open.edge.listeners.push_back({.host = "10.0.0.7", .port = 4567, .door = http::Door::all});
  EXPECT_THAT(banner(open, usual(), 4566), HasSubstr("\n  console      http://10.0.0.7:4567/\n"));
}

TEST(Banner, SaysWhetherItIsAsStrictAsAws) {
  EXPECT_THAT(banner({.strictness = engine::Strictness::aws}, usual(), 4566),
              HasSubstr("\n  strict       as AWS, 60 seconds between two purges, and before a "
                        "deleted name is used again; from topics a queue takes what its policy "
                        "allows\n"));
  EXPECT_THAT(banner({}, usual(), 4566), testing::Not(HasSubstr("strict")));
}

TEST(Banner, PutsAnIpv6AddressInBrackets) {
  EXPECT_THAT(banner({.host = "::1"}, usual(), 80), HasSubstr("http://[::1]:80\n"));
}

TEST(Banner, SaysWhatWasRecovered) {
  server::Started started = usual();
  started.recovered = {
      .last_stop = log::LastStop::unclean, .torn_frames = 1, .torn_copy = "torn-3", .frames = 7};
  started.messages = 5;
  started.queues = 2;

  const std::string text = banner({}, started, 4566);

  EXPECT_THAT(text, HasSubstr("5 messages in 2 queues, 7 frames read in 0 ms, last stop unclean"));
  EXPECT_THAT(text, HasSubstr("1 torn, never acknowledged frame trimmed, kept as torn-3"));
}

TEST(Banner, SaysLoudlyThatMemoryKeepsNothing) {
  server::Started started = usual();
  started.file_system = {.kind = Kind::memory, .name = "tmpfs"};

  EXPECT_THAT(banner({}, started, 4566),
              HasSubstr("\n  durability   NONE: the data directory is in memory (tmpfs), all is "
                        "gone when the machine restarts\n"));
}

TEST(Banner, SaysThatNobodyKnowsWhatFuseKeeps) {
  server::Started started = usual();
  started.file_system = {.kind = Kind::fuse, .name = "FUSE"};

  EXPECT_THAT(banner({}, started, 4566), HasSubstr("for what that is worth on this FUSE"));
}

TEST(Banner, SaysWhatTheDiskLimitComesFrom) {
  server::Started started = usual();
  started.limits.disk_limit = server::DiskLimit::said;
  EXPECT_THAT(banner({}, started, 4566), HasSubstr("memory 1 GiB, disk 201 GiB\n"));
  started.limits.disk_limit = server::DiskLimit::left_on_volume;
  EXPECT_THAT(banner({}, started, 4566),
              HasSubstr("disk 201 GiB (what others have left of the volume)\n"));
  started.limits.disk_limit = server::DiskLimit::none;
  EXPECT_THAT(banner({}, started, 4566), HasSubstr("disk: none, this file system tells no size"));
}

server::Options shared() {
  return {.shared_log = server::SharedLogOptions{.name = "mailrail in postgres://db:5432/app"}};
}

TEST(BannerOfASharedLog, SaysWhatTheServerIsToIt) {
  server::Started started = usual();
  started.node = "0123456789abcdef";
  started.address = "10.0.0.7:4566";
  const std::string text =
      banner(shared(), started,
             {.role = server::Role::owner, .epoch = 7, .queues = 2, .messages = 30}, 4566);

  EXPECT_THAT(text, HasSubstr("\n  log          mailrail in postgres://db:5432/app\n"));
  EXPECT_THAT(text,
              HasSubstr("\n  node         0123456789abcdef, reached by others at 10.0.0.7:4566\n"));
  EXPECT_THAT(text, HasSubstr("\n  role         owner of the log (epoch 7), 30 messages in 2 "
                              "queues\n"));
  EXPECT_THAT(text, HasSubstr("\n  data         ./mailrail-data, a cache only\n"));
  EXPECT_THAT(text, HasSubstr("\n  limits       memory 1 GiB, the log's share of the database 201 "
                              "GiB\n"));
}

TEST(BannerOfASharedLog, SaysWhoseItIs) {
  const server::LogStatus status{.role = server::Role::standby,
                                 .epoch = 7,
                                 .owner = {.node = "aa", .address = "10.0.0.8:4566"}};

  EXPECT_THAT(banner(shared(), usual(), status, 4566),
              HasSubstr("standby: aa at 10.0.0.8:4566 owns the log (epoch 7) and gets all calls"));
}

TEST(BannerOfASharedLog, SaysWhyThereIsNone) {
  EXPECT_THAT(banner(shared(), usual(),
                     {.role = server::Role::out_of_reach, .why = "Nobody listens at db:5432."}, 1),
              HasSubstr("none yet, calls get 503: Nobody listens at db:5432.\n"));
}

}  // namespace
}  // namespace mailrail::cli
