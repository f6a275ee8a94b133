// Salvage: makes a new data directory of all that is provably whole in a damaged one, and says what
// is lost.
//
// Queues, messages with their ids and sequence numbers, leases, receipt handles and deduplication
// survive as far as the parts that tell of them do. Nothing is made up but the names of queues
// whose own are lost. The damaged directory is only read; the new one is durable and whole when
// this returns, and no server takes it for that before.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "ops/examination.h"

namespace mailrail::ops {

// Of one queue; more are counted, not listed.
inline constexpr std::size_t lost_listed_max = 100;
inline constexpr std::size_t lost_queues_max = 1000;

struct LostOfQueue {
  std::string queue;
  std::uint64_t count = 0;
  std::vector<std::string> listed;  // "10000000000000000012 (message id ...)"
};

struct Salvaged {
  log::Inspected inspected;
  std::uint64_t facts = 0;
  std::uint64_t records = 0;
  Findings findings;
  std::uint64_t queues = 0;
  std::uint64_t messages = 0;
  std::uint64_t body_bytes = 0;
  std::map<QueueId, LostOfQueue> lost;
  std::uint64_t lost_messages = 0;
  std::vector<MissingSeqs> missing;
  std::vector<std::string> invented;  // Names of queues whose own are lost,
  std::vector<std::string> orphaned;  // and of those that were delivery queues.
  std::array<std::uint64_t, misfits> misfits_passed_over{};
  bool has_new_secret = false;
  bool has_lost_facts = false;
  bool has_lost_state = false;

  bool is_all() const {
    return !has_lost_facts && !has_lost_state && !has_new_secret && lost_messages == 0 &&
           invented.empty() && orphaned.empty();
  }
};

// Refuses a source that is no data directory, of a newer format or in use, and a target that is not
// empty.
Result<Salvaged> salvage(log::Disk& from, log::Disk& to, Random& random, Progress& progress);

// For people.
std::string text_of(const Salvaged& salvaged, const std::string& from, const std::string& to);

}  // namespace mailrail::ops
