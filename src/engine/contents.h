// Contents: the messages of one queue, arranged so that the next one to receive is found at once.
//
// A queue is a set of groups. Groups that have something to receive stand in a rotation; a blocked
// one stands nowhere, so no step looks at it. FIFO groups lock behind their first message that is
// not visible; standard groups do not, and those that take more than their share of the messages in
// flight (noisy neighbours) are served after the quiet ones.
//
// Only facts change what is kept here (add, lease, remove, mark as damaged, park). Which list holds
// an entry, and the counts, are derived.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/ids.h"
#include "base/time.h"
#include "engine/inspection.h"
#include "engine/oldest.h"
#include "engine/parking.h"
#include "engine/seq_index.h"
#include "engine/store.h"

namespace mailrail::engine {

enum class QueueType : std::uint8_t { standard, fifo };

// When the oldest was sent; nothing if there is none.
struct OldestSent {
  std::optional<Instant> of_all = {};
  std::optional<Instant> of_undelivered = {};  // Those that were never received from this queue.
};

class Contents {
 public:
  Contents(Store& store, Index self, QueueId queue, QueueType type);
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;

  // --- What facts do.

  // The entry becomes the youngest of its group. `delivery` is null unless the message was received
  // before, elsewhere.
  void add(const Entry& values, std::string_view group, const Delivery* delivery);
  // Starts a lease or re-dates it; what `values` says replaces what was known. Only its fields
  // above `source` count.
  void lease(Index entry, const Delivery& values);
  void remove(Index entry);
  // Its body, which it shares with nobody, lies elsewhere in the log now.
  void relocate(Index entry, Position position);
  // Its body cannot be read: it is given to nobody any more, and on a FIFO queue nothing behind it
  // in its group is, until it is removed. It still has the lease it had, under which it can be
  // deleted. The log need not keep what is left of it.
  void mark_damaged(Index entry);
  // FIFO: gives the group to nobody, as it is and as it grows, and gives it again. What is in
  // flight stays so. A group that loses its last message is parked no more.
  void park(Index group, Instant since);
  void unpark(Index group);
  void unpark_all();
  // So many receives of the message count no more.
  void forgive(Seq seq, std::uint32_t receives) { parking_.forgive(seq, receives); }
  // FIFO: the delay of the whole queue, which also holds for messages that it has already.
  void set_delay(Duration delay);
  // No longer what the queue holds: it is being freed and wakes nobody.
  void detach();

  // --- What time does.

  void lease_ended(Index entry);
  void delay_ended(Index entry);
  // FIFO delay: lets at most `count_max` due messages through, and says how many those were. What
  // is scheduled is then in the future, unless the maximum was reached.
  std::size_t let_due_through(Instant now, std::size_t count_max);

  // --- Whom to serve.

  // The group whose turn it is; no_index if nothing can be received.
  Index next_group(Instant now);
  // The message to receive next from a group that next_group() gave.
  Index next_message(Index group) const;
  // FIFO: the one behind it, if that may be received in the same answer; else no_index.
  Index next_in_order(Index entry) const;
  // Puts the group behind all others.
  void served(Index group);

  // --- Which to move to another queue.

  // A receive could give it now; on a FIFO queue, as the first of its conversation.
  bool is_receivable(Index entry) const;
  // It is damaged or, on a FIFO queue, behind such a message: given to nobody any more.
  bool is_stopped(Index entry) const;

  // --- What is told to who only looks.

  MessageState state_of(Index entry) const;
  // Those behind `after`, or those of one group: the first, and the one behind another. A group is
  // followed link by link where that is possible.
  Index first_behind(Seq after, Index group) const;
  Index following(Index entry, Index group) const;

  // --- What there is. A damaged message is neither visible nor in flight nor delayed.

  Index find(Seq seq) const { return index_.find(seq); }
  Index first_from(Seq seq) const { return index_.first_from(seq); }
  const Parking::Places& parked() const { return parking_.places(); }
  std::uint64_t parked_messages() const { return parked_messages_; }
  std::uint32_t forgiven(Seq seq) const { return parking_.forgiven(seq); }
  bool empty() const { return index_.empty(); }
  std::uint64_t size() const { return index_.size(); }
  std::uint64_t in_flight() const { return in_flight_; }
  std::uint64_t delayed() const { return delayed_; }
  QueueId queue() const { return queue_; }
  std::uint64_t visible() const { return size() - in_flight_ - delayed_ - damaged_; }
  std::uint64_t damaged() const { return damaged_; }
  std::uint64_t groups_in_flight() const { return groups_in_flight_; }
  std::uint64_t groups_blocked() const { return groups_blocked_; }
  // What the bodies take of the log, each counted in every queue that has it.
  std::uint64_t body_bytes() const { return body_bytes_; }
  // Looks at no more than `budget` messages, and takes them off it. Nothing if it must look
  // further: ask again.
  std::optional<OldestSent> find_oldest(std::size_t& budget);

 private:
  bool can_be_served(const Group& group) const;
  bool is_due(const Entry& entry) const { return !holds_back_ || entry.seq < due_before_; }
  void refresh(Index group);
  void count_blocked(Group& group);
  std::uint64_t sound_in(const Group& group) const;  // How many.
  void link_ready(Index group);
  void unlink_ready(Index group);
  void push_back(Index group, Index entry);
  void unlink(Index group, Index entry);
  void count_in_flight(Index group, int change);
  bool is_undelivered(const Entry& entry) const;
  void note_coming(Entry& entry);
  void note_delivery(const Entry& entry);
  void note_going(const Entry& entry);
  void judge_noise(Index group);
  void calm_if_silent(Index group, Instant now);
  void schedule_due();
  void wake();

  Store& store_;
  const Index self_;
  const QueueId queue_;
  const QueueType type_;
  bool is_detached_ = false;
  bool is_woken_ = false;  // Already in store_.woken.

  SeqIndex index_{store_.indices};
  std::uint64_t in_flight_ = 0;
  std::uint64_t delayed_ = 0;
  std::uint64_t damaged_ = 0;
  std::uint64_t groups_in_flight_ = 0;
  std::uint64_t groups_blocked_ = 0;
  std::uint64_t body_bytes_ = 0;

  Instant newest_sent_{};
  Oldest oldest_{store_.oldest_bytes};
  Oldest oldest_undelivered_{store_.oldest_bytes};

  Parking parking_{store_.parking_bytes};
  std::uint64_t parked_messages_ = 0;

  // The rotation of quiet groups that can be served, and the noisy ones, those with the fewest
  // messages in flight first.
  Index rotation_head_ = no_index;
  Index rotation_tail_ = no_index;
  std::set<std::pair<std::uint32_t, Index>> noisy_;

  // FIFO delay. While the queue holds back, messages from `due_before_` on are not due yet, as far
  // as is known.
  Duration delay_{0};
  bool holds_back_ = false;
  Seq due_before_;
  Instant due_scheduled_{};  // This contents' key in store_.fifo_due; zero if it has none.

  friend class Engine;  // Clears is_woken_ when it hands the woken queues out.
};

}  // namespace mailrail::engine
