#include "ops/doctor.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::ops {
namespace {

using testing::HasSubstr;

ObservedQueue healthy(const std::string& name) {
  return {.name = name,
          .retention = 24h * 4,
          .visibility_timeout = 30s,
          .dead_letter_queue = "dead",
          .received = 5000,
          .empty_short_polls = 100};
}

ObservedQueue dead_letters() {
  return {.name = "dead", .retention = 24h * 14, .dead_letter_sources = 1};
}

Diagnosis of(const ObservedQueue& queue, const ObservedServer& server = {}) {
  return diagnose(server, {queue, dead_letters()});
}

std::vector<std::string_view> checks_of(const Diagnosis& diagnosis) {
  std::vector<std::string_view> names;
  for (const Finding& each : diagnosis.findings) names.push_back(each.check);
  return names;
}

TEST(Doctor, FindsNothingWhereNothingIsWrong) {
  const Diagnosis diagnosis = of(healthy("q"));

  EXPECT_THAT(checks_of(diagnosis), testing::IsEmpty());
  EXPECT_GT(diagnosis.checks, 5u);
  EXPECT_THAT(verdict_of(diagnosis), HasSubstr("All is well"));
  EXPECT_FALSE(diagnosis.gravest());
}

TEST(Doctor, MissesADeadLetterQueue) {
  ObservedQueue queue = healthy("q");
  queue.dead_letter_queue.reset();

  EXPECT_THAT(checks_of(of(queue)), testing::ElementsAre("no-dead-letter-queue"));
  queue.parks_poison = true;
  EXPECT_THAT(checks_of(of(queue)), testing::IsEmpty());
  EXPECT_THAT(of(queue).repairs(), testing::IsEmpty());
  queue.dead_letter_queue = "gone";
  EXPECT_THAT(checks_of(of(queue)), testing::ElementsAre("dead-letter-queue-missing"));
}

TEST(Doctor, RepairsWhatNeedsNoDecisionEachOnce) {
  ObservedQueue queue = healthy("q");
  queue.dead_letter_queue = "gone";
  queue.empty_short_polls = 90'000;
  queue.processing_exceeds = 30s;
  ObservedQueue other = healthy("r");
  other.dead_letter_queue = "gone";
  other.visible = 1;
  other.oldest_age = 1h;

  const Diagnosis diagnosis = diagnose({}, {queue, other, dead_letters()});

  std::vector<std::string> commands;
  for (const Repair& each : diagnosis.repairs()) commands.push_back(command_of(each));
  EXPECT_THAT(
      commands,
      testing::ElementsAre("mailrail queues create gone --attribute MessageRetentionPeriod=1209600",
                           "mailrail queues set q VisibilityTimeout=180",
                           "mailrail queues set q ReceiveMessageWaitTimeSeconds=20"));
  for (const Finding& each : diagnosis.findings)
    EXPECT_TRUE(!each.repair || each.fix == command_of(*each.repair)) << each.fix;
}

TEST(Doctor, WantsDeadLettersKeptLonger) {
  ObservedQueue queue = healthy("q");
  queue.retention = 24h * 14;
  const Diagnosis diagnosis = of(queue);

  EXPECT_THAT(checks_of(diagnosis), testing::ElementsAre("dead-letter-retention"));
  EXPECT_THAT(diagnosis.repairs(), testing::IsEmpty()) << "14 days are the most there is";
  EXPECT_THAT(diagnosis.findings[0].fix, HasSubstr("fewer than 1209600"));

  ObservedQueue dead = dead_letters();
  dead.retention = 24h * 4;
  EXPECT_EQ(diagnose({}, {queue, dead}).findings[0].fix,
            "mailrail queues set dead MessageRetentionPeriod=1209600");
}

TEST(Doctor, TellsOfConversationsThatStandStill) {
  ObservedQueue queue = healthy("q.fifo");
  queue.is_fifo = true;
  queue.conversations_parked = 1;
  queue.conversations_blocked = 2;
  queue.in_flight = 2;
  queue.oldest_age = 10min;
  queue.why_blocked = "Conversation 42 is blocked by message X.";

  const Diagnosis diagnosis = of(queue);

  EXPECT_THAT(checks_of(diagnosis),
              testing::ElementsAre("parked-conversations", "blocked-conversations"));
  EXPECT_EQ(diagnosis.findings[0].evidence, "1 conversation is parked and waiting for a decision.");
  EXPECT_THAT(diagnosis.findings[1].evidence, HasSubstr("2 conversations are blocked"));
  EXPECT_THAT(diagnosis.findings[1].evidence, HasSubstr("message X"));
  EXPECT_EQ(diagnosis.findings[1].fix, "mailrail conversations q.fifo ls --state blocked");
}

TEST(Doctor, NoticesThatNobodyReceives) {
  ObservedQueue queue = healthy("q");
  queue.visible = 3;
  queue.oldest_age = 2min;

  EXPECT_THAT(checks_of(of(queue)), testing::ElementsAre("no-consumer"));
  queue.waiting_receives = 1;
  EXPECT_THAT(checks_of(of(queue)), testing::IsEmpty());
}

TEST(Doctor, NoticesShortPolling) {
  ObservedQueue queue = healthy("q");
  queue.empty_short_polls = 90'000;

  EXPECT_THAT(checks_of(of(queue)), testing::ElementsAre("short-polling"));
  queue.receive_wait = 20s;
  EXPECT_THAT(of(queue).repairs(), testing::IsEmpty());
  EXPECT_THAT(of(queue).findings[0].fix, HasSubstr("WaitTimeSeconds=0"));
  queue.received = 10;
  queue.empty_short_polls = 900;
  EXPECT_THAT(checks_of(of(queue)), testing::IsEmpty());
}

TEST(Doctor, NoticesATimeoutThatIsTooShort) {
  ObservedQueue queue = healthy("q");
  queue.processing_exceeds = 20s;
  EXPECT_THAT(checks_of(of(queue)), testing::IsEmpty());
  queue.processing_exceeds = 30s;

  const Diagnosis diagnosis = of(queue);

  EXPECT_THAT(checks_of(diagnosis), testing::ElementsAre("visibility-timeout"));
  EXPECT_EQ(
      diagnosis.findings[0].evidence,
      "More than one message in a hundred is deleted later than 30 seconds after its receive, "
      "when its visibility timeout of 30 seconds is over and others may have it.");
  EXPECT_EQ(diagnosis.findings[0].fix, "mailrail queues set q VisibilityTimeout=180");
  queue.processing_exceeds = 4h;
  EXPECT_THAT(of(queue).findings[0].fix, HasSubstr("VisibilityTimeout=43200"));
  queue.processing_exceeds = queue.visibility_timeout = 12h;
  EXPECT_THAT(checks_of(of(queue)), testing::ElementsAre("visibility-timeout"));
  EXPECT_THAT(of(queue).repairs(), testing::IsEmpty());
}

TEST(Doctor, NamesTheConversationThatIsMostOfTheTraffic) {
  ObservedQueue queue = healthy("q.fifo");
  queue.is_fifo = true;
  queue.busiest_conversation = "it's";
  queue.busiest_messages = 612;

  const Diagnosis diagnosis = of(queue);

  EXPECT_THAT(checks_of(diagnosis), testing::ElementsAre("one-conversation"));
  EXPECT_EQ(
      diagnosis.findings[0].evidence,
      "Of its last 1000 messages 612 belong to conversation it's, on which one consumer works "
      "at a time.");
  EXPECT_THAT(diagnosis.findings[0].fix,
              testing::StartsWith("mailrail conversations q.fifo show 'it'\\''s' "));
  queue.is_fifo = false;
  EXPECT_THAT(checks_of(of(queue)), testing::ElementsAre("one-tenant"));
}

TEST(Doctor, WantsABackupADay) {
  const auto about = [](const ObservedServer& server) {
    return checks_of(of(healthy("q"), server));
  };

  EXPECT_THAT(about({.uptime = 23h}), testing::IsEmpty());
  EXPECT_THAT(about({.uptime = 25h}), testing::ElementsAre("backup"));
  EXPECT_THAT(about({.uptime = 72h, .backup_age = 23h}), testing::IsEmpty());
  EXPECT_THAT(about({.uptime = 72h, .backup_age = 25h}), testing::ElementsAre("backup"));
  EXPECT_THAT(about({.uptime = 1h, .was_backup_sought = true}), testing::ElementsAre("backup"));
  EXPECT_THAT(about({.uptime = 72h, .is_log_shared = true}), testing::IsEmpty());
  EXPECT_EQ(of(healthy("q"), {.uptime = 72h}).findings[0].evidence,
            "Nobody has made a backup since the server started, 3 days ago.");
}

TEST(Doctor, KnowsWhatItKnows) {
  const ObservedServer server{.version = "2.0", .doctor_version = "1.0"};

  EXPECT_THAT(checks_of(of(healthy("q"), server)), testing::ElementsAre("version"));
}

TEST(Doctor, WarnsOfLimitsBeforeTheyAreReached) {
  ObservedServer server{.memory = ObservedShare{.used = 71, .limit = 100},
                        .disk = ObservedShare{.used = 96, .limit = 100},
                        .disk_full_in = 12h};

  const Diagnosis diagnosis = of(healthy("q"), server);

  EXPECT_THAT(checks_of(diagnosis),
              testing::ElementsAre("disk-share", "disk-full-soon", "memory-share"));
  EXPECT_EQ(diagnosis.gravest(), Severity::problem);
  EXPECT_EQ(diagnosis.findings[1].evidence,
            "At the rate of the last hours the disk is full in 12 hours.");
}

TEST(Doctor, MindsOpenDoors) {
  const ObservedServer open{.address = "0.0.0.0:4566", .is_loopback = false};

  EXPECT_THAT(checks_of(of(healthy("q"), open)),
              testing::ElementsAre("no-keys", "administration-exposed", "no-tls"));
  const ObservedServer closed{.address = "0.0.0.0:4566",
                              .is_loopback = false,
                              .has_keys = true,
                              .has_tls = true,
                              .is_administration_apart = true};
  EXPECT_THAT(checks_of(of(healthy("q"), closed)), testing::IsEmpty());
}

TEST(Doctor, LooksAtTheMachine) {
  const ObservedServer server{.slow_commit = 40ms,
                              .risky_file_system = "tmpfs",
                              .open_files_max = 1024,
                              .connections_max = 11'000,
                              .clock_behind = 1min,
                              .was_backup_sought = true};

  EXPECT_THAT(checks_of(of(healthy("q"), server)),
              testing::ElementsAre("file-system", "slow-commits", "clock", "open-files", "backup"));
}

TEST(Doctor, JudgesNothingThatWasNotObserved) {
  ObservedQueue queue = healthy("q");
  queue.received.reset();
  queue.empty_short_polls.reset();

  const Diagnosis less = of(queue);
  const Diagnosis more = of(healthy("q"), {.slow_commit = 1ms});

  EXPECT_EQ(more.checks - less.checks, 2u);
}

TEST(Doctor, CountsWhatItFound) {
  ObservedServer server{.disk = ObservedShare{.used = 99, .limit = 100}};
  ObservedQueue queue = healthy("q");
  queue.dead_letter_queue.reset();

  EXPECT_THAT(verdict_of(of(queue, server)), testing::StartsWith("1 problem, 1 piece of advice; "));
}

}  // namespace
}  // namespace mailrail::ops
