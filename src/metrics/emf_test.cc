#include "metrics/emf.h"

#include <gtest/gtest.h>

namespace mailrail::metrics {
namespace {

using namespace std::chrono_literals;

TEST(Emf, TellsTheFixedSetInOneLine) {
  Snapshot snapshot;
  snapshot.oldest_age = 90s;
  snapshot.counts = {.visible = 2,
                     .in_flight = 3,
                     .delayed = 1,
                     .parked_conversations = 4,
                     .conversations_blocked = 5};
  snapshot.dead_letters = 6;
  snapshot.committed_bytes = 25;
  ProcessNumbers process;
  process.memory_bytes_max = 100;
  process.store.log_bytes = 30;
  process.disk_bytes_max = 40;
  process.commits.add(2ms);

  EmfWriter writer("host-1");
  const std::string line = writer.line(from_unix_ms(1'700'000'000'000), snapshot, process);

  EXPECT_EQ(
      line,
      R"({"_aws":{"Timestamp":1700000000000,"CloudWatchMetrics":[{"Namespace":"mailrail",)"
      R"("Dimensions":[["Server"]],"Metrics":[{"Name":"OldestMessageAge","Unit":"Seconds"},)"
      R"({"Name":"MessagesWaiting","Unit":"Count"},{"Name":"MessagesInFlight","Unit":"Count"},)"
      R"({"Name":"ConversationsBlocked","Unit":"Count"},)"
      R"({"Name":"ConversationsParked","Unit":"Count"},{"Name":"DeadLetters","Unit":"Count"},)"
      R"({"Name":"DiskUsed","Unit":"Percent"},{"Name":"MemoryUsed","Unit":"Percent"},)"
      R"({"Name":"CommitLatency","Unit":"Microseconds"}]}]},"Server":"host-1",)"
      R"("OldestMessageAge":90,"MessagesWaiting":3,"MessagesInFlight":3,"ConversationsBlocked":5,)"
      R"("ConversationsParked":4,"DeadLetters":6,"DiskUsed":75,"MemoryUsed":25,)"
      R"("CommitLatency":2000})");
}

TEST(Emf, TellsTheCommitsSinceTheLineBefore) {
  EmfWriter writer("host-1");
  ProcessNumbers process;
  process.commits.add(10ms);
  writer.line(from_unix_ms(1), {}, process);
  process.commits.add(2ms);
  process.commits.add(4ms);

  EXPECT_TRUE(writer.line(from_unix_ms(2), {}, process).contains(R"("CommitLatency":3000})"));
  EXPECT_TRUE(writer.line(from_unix_ms(3), {}, process).contains(R"("CommitLatency":0})"));
}

}  // namespace
}  // namespace mailrail::metrics
