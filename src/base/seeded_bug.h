// SeededBug: what a test binary can make mailrail do wrong, to show that the simulation notices.
//
// In every normal build the question is constant and the answer no, so nothing of this is in a
// binary. Only the sources that sim/CMakeLists.txt compiles once more for that test ask a variable.
// Ask in .cc files only: a header's code would differ between the two.

#pragma once

#include <cstdint>

namespace mailrail {

enum class SeededBug : std::uint8_t {
  none,
  believes_any_chain,           // A frame needs not follow the one before it.
  reuses_sequence_numbers,      // A checkpoint's last number is not taken over.
  trims_too_early,              // Bodies before a checkpoint are given up though they are needed.
  finishes_checkpoint_early,    // Before the log is durable as far as the sweep saw it.
  frees_before_superblock,      // Segments become spares before the superblock knows.
  leaves_torn_frame,            // What a crash tore is not zeroed.
  leaves_last_frame,            // After an unclean stop it is not written again.
  recycles_held_segments,       // Though somebody is about to read them.
  believes_any_payload,         // A body's frame is not verified when it is read.
  leaves_checkpoint_unsynced,   // When it is finished.
  forgets_move_tasks,           // A checkpoint's are not taken over.
  forgets_move_progress,        // A restart has a task begin anew.
  forgets_parked,               // A checkpoint's parked conversations are not taken over.
  keeps_parking_of_emptied,     // No fact says that a parked conversation is none any more.
  forgets_deduplication,        // A checkpoint's ids are not taken over.
  sweeps_no_last_subscription,  // A checkpoint lacks the newest one.
  keeps_old_filters,            // When a subscription is changed.
  drops_all_for_a_duplicate,    // If one queue has a publication already, none gets it.
  deduplicates_across_groups,   // Though the queue does so by conversation.
  delivers_duplicates,          // To a FIFO queue that two subscriptions mean.
  ignores_bounds,               // Of a queue that is full.
  frees_shared_bodies_early,    // With the first of two messages, not with the last.
  leaves_shared_bodies,         // Who shares one that was moved is not told where it is.
  moves_shared_bodies_for_one,  // And not for all.
  sends_before_lease,           // A request leaves before its lease is durable.
  counts_no_attempts,           // Each attempt of a delivery is taken for the first.
  takes_silence_for_success,    // Of an endpoint.
  drops_given_up,               // And does not move it to the dead-letter queue.
  publishes_to_pending,         // Subscriptions, too.
  believes_seen_take_overs,     // Though they may not be durable.
  follows_what_is_lost,         // Though the frame before is not in the log any more.
  forgets_deferred,             // Who waits is not asked when the next frame can follow.
};

#ifdef MAILRAIL_SEEDED_BUGS
inline SeededBug seeded_bug = SeededBug::none;
inline bool has_bug(SeededBug bug) { return seeded_bug == bug; }
#else
constexpr bool has_bug(SeededBug) { return false; }
#endif

}  // namespace mailrail
