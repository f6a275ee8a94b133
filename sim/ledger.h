// Ledger: what a server that keeps its promises holds, worked out without the engine.
//
// It is shown every fact in order, with the command that made it, and every reply; it finds each
// lawful or says in a sentence why it is not. Written to be obviously right, not fast: maps that
// are searched from end to end, no index, no timer, nothing derived that could be out of date. It
// is a value: a copy is what the server will hold if nothing later survives.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/fact.h"
#include "sim/command.h"
#include "sim/complaint.h"

namespace mailrail::sim {

struct LedgerMessage {
  engine::Body place = {};    // Of its Sent fact.
  Position arrived_end = {};  // Of the fact that brought it into this queue.
  std::string group = {};
  QueueId origin_queue = {};
  Seq origin_seq = {};
  std::uint16_t redrives = 0;
  std::optional<engine::QueueName> source = {};  // If it is a dead letter.
  Instant sent = {};
  Duration delay{0};  // Its own; a FIFO queue has one for all.
  std::uint32_t receive_count = 0;
  Instant first_received = {};
  std::optional<Instant> lease_end = {};  // Of the last lease in this queue.
  Instant lease_started = {};
  std::uint32_t forgiven = 0;               // Of its receives.
  std::optional<engine::Share> share = {};  // It came by a topic: of the body at that place.

  bool is_leased(Instant now) const { return lease_end && *lease_end > now; }
  // Is this the handle of the lease that it is under?
  bool is_current(const engine::ReceiptHandle& handle, Instant now) const {
    return receive_count == handle.generation && is_leased(now);
  }
};

struct LedgerQueue {
  struct Original {
    Instant at;
    Seq seq;
  };
  struct Lease {
    std::uint32_t generation;
    Instant end;
  };
  struct Attempt {
    Instant started;
    std::map<Seq, Lease> given;
  };

  struct Task {
    Seq id;
    std::optional<engine::QueueName> destination;
    std::uint32_t rate;
    engine::MovePace pace = engine::MovePace::steady;
    std::vector<Instant> moves = {};
  };

  engine::QueueName name = {};
  engine::QueueAttributes attributes = {};
  std::map<std::string, std::string> tags = {};
  std::map<Seq, LedgerMessage> messages = {};
  std::map<std::pair<std::string, std::string>, Original> originals = {};  // By scope and id.
  std::map<std::string, Attempt> attempts = {};
  std::optional<Instant> purged = {};
  std::optional<Task> task = {};               // That is running.
  std::map<std::string, Instant> parked = {};  // Conversations, and since when.
};

struct LedgerTopic {
  engine::TopicName name = {};
  engine::TopicAttributes attributes = {};
  struct Subscription {
    engine::QueueName queue;
    engine::SubscriptionAttributes attributes;
    std::string endpoint = {};  // If it is not the queue.
    engine::SubscriptionState state = engine::SubscriptionState::confirmed;
    Instant since = {};

    bool is_confirmed() const { return state == engine::SubscriptionState::confirmed; }
  };
  std::map<SubscriptionId, Subscription> subscriptions = {};
  std::map<SubscriptionId, Subscription> deactivated = {};
  std::map<std::pair<std::string, std::string>, LedgerQueue::Original> originals = {};
};

// A publication, and the queues in which it must be: once each, or in none.
struct Spread {
  std::string text = {};
  std::multiset<QueueId> queues = {};
};

class Ledger {
 public:
  explicit Ledger(engine::Strictness strictness = engine::Strictness::lenient)
      : strictness_(strictness) {}

  // A command is about to be decided, or decided once more. Facts until ended() are its own; at any
  // other time they are nobody's.
  void begin(const Command& command, Instant at);
  Complaint fact(const engine::Fact& fact, const engine::Body& place, Instant at);
  enum class End { answered, waits, asks_again };
  Complaint end(const Reply& reply, End end);

  // A restart found the clock far ahead: until then no message may be removed for its age.
  void suspend_retention(Instant until) { retention_starts_ = until; }

  // Could a receive that comes now get something? Also when the queue is gone: it would be told.
  bool would_answer(QueueId queue, Instant now) const;
  // Has nobody changed it, or sent, taken, given back or removed any of its messages since?
  bool is_as_before(const Ledger& before, QueueId queue) const;
  engine::QueueCounts counts(QueueId queue, Instant now) const;
  engine::Strictness strictness() const { return strictness_; }
  // Is there a task that should have done something by now?
  bool has_overdue_move(const LedgerQueue& queue, Instant now) const;
  // There is nothing else that the queue's task could move.
  static bool task_waits_for_parked(const LedgerQueue& queue);
  // How long until the next message can be received that cannot now; zero if there is none.
  Duration next_boundary(Instant now) const;

  const std::map<QueueId, LedgerQueue>& queues() const { return queues_; }
  const LedgerMessage* find(QueueId queue, Seq seq) const;
  std::uint32_t generation(QueueId queue, Seq seq) const;  // Of the newest handle; else 0.
  Instant at() const { return at_; }
  // Of the command that is being decided.
  bool is_duplicate() const { return duplicate_of_.has_value(); }
  bool is_repeated() const { return !repeats_.empty(); }
  bool is_duplicate_publication() const { return is_duplicate_publication_; }
  bool has_restored() const { return has_restored_; }  // A subscription that was unsubscribed.
  std::size_t message_count() const;

  const std::map<TopicId, LedgerTopic>& topics() const { return topics_; }
  // Of the last Published fact, as its topic's subscriptions would have it.
  const Spread& spread() const { return spread_; }
  // Of the log, by all messages. What several share counts once.
  std::uint64_t live_bytes() const;

 private:
  Complaint on(const engine::Founded& fact);
  Complaint on(const engine::QueueCreated& fact);
  Complaint on(const engine::QueueChanged& fact);
  Complaint on(const engine::QueueDeleted& fact);
  Complaint on(const engine::Purged& fact);
  Complaint on(const engine::Sent& fact);
  Complaint on(const engine::Leased& fact);
  Complaint on(const engine::Removed& fact);
  Complaint on(const engine::Moved& fact);
  Complaint on(const engine::Relocated& fact);
  Complaint on(const engine::Damaged& fact);
  Complaint on(const engine::MoveTaskStarted& fact);
  Complaint on(const engine::Redriven& fact);
  Complaint on(const engine::MoveTaskEnded& fact);
  Complaint on(const engine::ConversationParked& fact);
  Complaint on(const engine::ConversationUnparked& fact);
  Complaint on(const engine::TopicCreated& fact);
  Complaint on(const engine::TopicChanged&) { return "a topic was changed for no reason"; }
  Complaint on(const engine::TopicDeleted& fact);
  Complaint on(const engine::SubscriptionCreated& fact);
  Complaint on(const engine::SubscriptionChanged& fact);
  Complaint on(const engine::SubscriptionConfirmed& fact);
  Complaint on(const engine::SubscriptionDeactivated& fact);
  Complaint on(const engine::SubscriptionDeleted& fact);
  Complaint on(const engine::SigningKeySet&) { return "a key was set for no reason"; }
  Complaint on(const engine::Published& fact);
  Complaint on(const engine::SharedBodyRelocated& fact);
  Complaint on(const engine::SharedBodyDamaged&) { return "a body was marked for no reason"; }
  Complaint received(const engine::Leased& fact, LedgerQueue& queue, LedgerMessage& message);
  Complaint re_dated(const engine::Leased& fact, LedgerMessage& message);

  // Of delivery queues.
  Complaint delivery_queue_created(const engine::QueueCreated& fact);
  Complaint delivery_queue_ended(QueueId queue) const;
  Complaint asked_to_confirm(const engine::Sent& fact);
  Complaint put_off(const engine::Leased& fact, const LedgerMessage& message);
  bool is_settled(QueueId queue, Seq seq);

  Complaint check(const Reply& reply, End end);
  Complaint check_sent(const Reply& reply);
  Complaint check_received(const Reply& reply, End end);
  Complaint check_started(const Reply& reply) const;
  Complaint check_redriven(const Reply& reply) const;
  Complaint check_dropped(const Reply& reply, End end) const;
  Complaint check_about_topic(const Reply& reply, End end);
  Complaint check_published(const Reply& reply);
  Complaint check_confirmed(const Reply& reply) const;

  bool is_expired(const LedgerQueue& queue, const LedgerMessage& message, Instant now) const;
  bool is_by(Action action) const { return command_ != nullptr && command_->action == action; }
  bool is_target(QueueId queue) const;
  std::optional<QueueId> target_of(const Command& command) const;
  const LedgerTopic::Subscription* find(SubscriptionId subscription) const;
  bool has_lapsed(const LedgerTopic::Subscription& subscription) const;
  // Where what was given up for an endpoint goes; null if nowhere.
  const LedgerQueue* dead_letters_of_endpoint(const LedgerQueue& queue) const;
  void expect_settlement();
  // Of the command that is being decided: does a strict server have to refuse it for that?
  bool is_soon_after(const std::optional<Instant>& before) const;
  std::optional<Instant> deleted() const;
  bool is_dead_letter_queue(const LedgerQueue& queue) const;
  std::optional<engine::MoveTaskVerdict> refusal_of_move() const;
  // Where it moves to, and null if that cannot be.
  const LedgerQueue* destination_of(const LedgerQueue& queue,
                                    const LedgerMessage& message,
                                    const std::optional<engine::QueueName>& destination) const;
  Complaint redriven_by_task(const engine::Redriven& fact,
                             LedgerQueue& from,
                             const LedgerMessage& message);
  Complaint redriven_by_choice(const engine::Redriven& fact);
  void expect_redrives();
  bool is_in_sight(const LedgerQueue& queue, Seq seq, const std::set<Seq>& gone) const;
  // There is a message for which the task must fail so.
  bool must_fail(const LedgerQueue& queue, engine::MoveTaskFailure failure) const;
  bool may_move(const LedgerQueue& queue, Seq seq, Instant now) const;
  LedgerMessage* own(QueueId queue, Seq seq);
  // Neither leased nor delayed, nor given already by the command that is being decided.
  bool is_open(const LedgerQueue& queue, Seq seq, Instant now) const;
  bool is_receivable(const LedgerQueue& queue, Seq seq, Instant now) const;
  // Received here as often as it may be, by what counts.
  static bool is_spent(const LedgerQueue& queue, const LedgerMessage& message);
  static bool parks(const LedgerQueue& queue);
  // Of the group, all there is; the oldest first.
  static std::vector<Seq> conversation(const LedgerQueue& queue, std::string_view group);
  bool is_skipped(QueueId queue, Seq seq, engine::SkipTo to) const;
  bool is_dropped(QueueId queue, Seq seq) const;
  // By what its tags say.
  static bool is_full(const LedgerQueue& queue);
  static bool drops_oldest(const LedgerQueue& queue);
  bool makes_room(const LedgerQueue& queue, Seq seq) const;
  engine::ParkedResult expected_settlement() const;
  static std::vector<engine::ConversationUnparked::Forgiven> received_in(const LedgerQueue& queue,
                                                                         std::string_view group);
  // Where a receive would move it to instead of giving it; null if nowhere.
  const LedgerQueue* dead_letters_of(const LedgerQueue& queue, const LedgerMessage& message) const;
  const LedgerQueue* dead_letter_queue_of(const LedgerQueue& queue) const;
  const LedgerQueue::Original* original_of(const LedgerQueue& queue,
                                           const std::string& group,
                                           const std::string& id) const;
  const LedgerQueue::Original* original_of(const LedgerTopic& topic,
                                           const Publication& publication) const;
  // By the topic's subscriptions: what is in a Published fact, but for its numbers and keys.
  std::vector<engine::Published::Delivery> deliveries_of(const LedgerTopic& topic,
                                                         const Publication& publication) const;
  bool is_refused(const LedgerTopic& topic, const Publication& publication) const;
  const std::pair<const QueueId, LedgerQueue>* taker_of(
      const LedgerTopic& topic, const LedgerTopic::Subscription& subscription) const;
  void deliver(const engine::Published& fact, const engine::Published::Delivery& delivery);
  std::map<Seq, LedgerQueue::Lease> repeated(const LedgerQueue& queue) const;
  void remember_attempt(LedgerQueue::Attempt& attempt, const LedgerQueue& queue) const;
  void expect();

  engine::Strictness strictness_;
  std::map<QueueId, LedgerQueue> queues_;
  std::map<engine::QueueName, Instant> deleted_;
  std::map<TopicId, LedgerTopic> topics_;
  Seq last_seq_;
  QueueId last_queue_;
  TopicId last_topic_;
  SubscriptionId last_subscription_;
  Instant retention_starts_;

  // The command that is being decided, and what it must come to.
  const Command* command_ = nullptr;
  Instant at_;
  engine::Body place_;
  std::optional<QueueId> target_;
  std::optional<Seq> duplicate_of_;
  std::map<Seq, LedgerQueue::Lease> repeats_;
  engine::DeleteResult expected_delete_ = engine::DeleteResult::done;
  engine::VisibilityResult expected_change_ = engine::VisibilityResult::done;
  engine::ParkedResult expected_settlement_ = engine::ParkedResult::done;
  std::optional<Seq> head_;  // Of a parked conversation that the command is about.
  std::optional<std::pair<QueueId, Seq>> last_of_parked_;  // It has to go next.
  std::optional<Seq> sent_;
  std::vector<Seq> given_;  // By the receive, so far.
  std::size_t set_aside_ = 0;
  bool started_ = false;  // A task.
  std::vector<engine::RedriveVerdict> expected_redrives_;
  std::deque<std::pair<Seq, engine::RedriveVerdict>>
      to_redrive_;  // Those whose turn is still to come.
  std::optional<TopicId> topic_;
  std::optional<SubscriptionId> subscription_;  // Of the topic to the command's queue.
  std::map<std::size_t, Seq> published_;        // By the publication's place in the command.
  bool is_duplicate_publication_ = false;
  bool is_changed_ = false;  // What the command is about: so it has been done.
  enum class Settlement : std::uint8_t { nothing, removal, delay, giving_up };
  Settlement settlement_ = Settlement::nothing;
  bool has_restored_ = false;
  Spread spread_;
};

}  // namespace mailrail::sim
