// Sabotage: what the simulation can be told to do wrong, so that a test can see it notice.
//
// Each is done at a seam of the simulation's own: the log thread it models, the replay it runs, the
// decisions of its calls, the disk it lends. Nothing of mailrail itself is changed; what needs that
// is in base/seeded_bug.h. `blind_to` names the laws that are not looked at, to show that a second
// one catches the same thing.

#pragma once

#include <cstdint>
#include <set>

namespace mailrail::sim {

// What can be broken. Every violation is of one of these.
enum class Law : std::uint8_t {
  durability,     // Nothing is told before it is durable.
  loss,           // What was durable, or told, is there after a crash; and nothing else.
  replay,         // The replayed state is the state that wrote the facts.
  facts,          // Every fact has a reason, every reply says what is so.
  bodies,         // A message is given as it was sent.
  publications,   // What is published is in every queue that it is for, once; or in none.
  deliveries,     // What an endpoint is sent, when and how often; and that nothing is forgotten.
  conversations,  // One conversation, one order, one consumer at a time: as the clients saw it.
  waiting,        // Whoever waits is answered as soon as there is something.
  limits,         // Memory and disk stay within their bounds, and refuse only what adds to them.
  damage,         // Damage to what was synced is never shown as if it were sound.
  drain,          // When faults have stopped, everything is received and every call answered.
  ownership,      // Nothing that is done or told by who does not own the log any more counts.
};

struct Sabotage {
  enum class What : std::uint8_t {
    nothing,
    says_durable_before_append,
    skips_sync,
    answers_sends_at_once,
    answers_fifo_receives_at_once,
    answers_publishes_at_once,
    publishes_in_parts,  // A queue after the other, each in a turn of its own.
    forgets_last_frame,
    forgets_leases,
    forgets_removals,
    forgets_parking,
    forgets_deduplication,
    forgets_topic_deduplication,
    believes_stale_handles,
    loses_wake_ups,
    gives_another_body,
    skips_directory_sync,
    retries_failed_sync,
    drops_last_slice,
    trusts_the_clock,
    // Of several servers with one log.
    tells_without_certainty,    // Whether it still owns the log.
    serves_at_once,             // After a take-over, whatever the owner before may still tell.
    reads_no_rest,              // Of the log, when it has taken over.
    takes_unknown_for_durable,  // An append whose answer was lost.
    moves_unknown_appends,      // To the next position, without finding out.
    asks_no_lease,              // Before an append is carried out.
    keeps_epoch,                // When the owner changes.
    finishes_when_deposed,      // A checkpoint.
    trims_when_deposed,
  };

  What what = What::nothing;
  std::set<Law> blind_to = {};
};

}  // namespace mailrail::sim
