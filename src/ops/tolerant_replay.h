// TolerantReplay: makes a state of what is left of a log, where a replay in order would stop.
//
// What comes may be damaged, incomplete or forged: a fact or record that does not fit is passed
// over, said to be so and counted, and nothing that can be decoded ends the process. Messages whose
// queue is not known, because the part that made it is lost, get a queue with an invented name, so
// that they are not lost with it. The engine that comes out serves for writing its state down in
// the order of sequence numbers, not for receiving from.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace mailrail::ops {

enum class Misfit : std::uint8_t {
  unknown_queue,         // It names a queue that is not there.
  message_not_there,     // It names a message that is not there.
  message_there_twice,   // It brings a message that is there already.
  queue_there_twice,     // It makes a queue that is there already.
  out_of_order,          // Its message is not newer than those before.
  task_out_of_turn,      // It goes on with a move task that does not run, or starts a second one.
  unknown_conversation,  // It names a conversation that is not there, or not parked.
  unknown_topic,         // It names a topic or subscription that is not there.
  topic_there_twice,     // It makes a topic or subscription that is there already.
  stray_delivery_queue,  // A delivery queue is not one of its subscription, or outlives it.
  impossible,            // It has a value that nothing in mailrail ever has.
};
inline constexpr std::size_t misfits = 11;
std::string_view text_of(Misfit misfit);

// A message that can't be kept.
struct LostMessage {
  QueueId queue = {};
  Seq seq = {};
  QueueId origin_queue = {};
  Seq origin_seq = {};
  std::uint16_t redrives = 0;
};

// Numbers that were given to messages, but no fact says to which.
struct MissingSeqs {
  Seq first = {};
  Seq last = {};
};
// Where facts are lost, a salvaged directory gives no number below the newest and these many more:
// one that was given in a lost frame must not be given again. It is more than fit into a hundred
// gigabytes of the log.
inline constexpr std::uint64_t seqs_skipped = std::uint64_t{1} << 32;
// More such ranges are not kept.
inline constexpr std::size_t missing_seqs_max = 100;
// Of queues with an invented name. Fourteen days, the longest: what was saved should not expire at
// once.
inline constexpr Duration retention_of_invented = 1'209'600s;

class TolerantReplay {
 public:
  // How much of the checkpoint's state there is.
  enum class Checkpoint : std::uint8_t {
    absent,
    whole,
    partial,  // Facts from before its begin say more than it does.
  };
  // What it has to know of the log.
  struct Log {
    std::function<bool(Position)> has_segment;
    std::function<std::string(const engine::Body&)> read;  // Empty if it can't be read.
  };

  TolerantReplay(Log log, std::uint64_t hash_seed);

  // First the checkpoint's records, then how much that was, then facts in order. Facts from
  // `exact_from` on have to fit what is there.
  std::optional<Misfit> put(const engine::CheckpointRecord& record);
  void end_checkpoint(Checkpoint how_much, Position exact_from);
  std::optional<Misfit> apply(const engine::Fact& fact, const engine::Body& place);
  // Lets time pass, so that what is forgotten after a while is.
  void advance(Instant now);

  // At the end: each subscription of an HTTP endpoint has a delivery queue again. Of those whose
  // subscription is lost each becomes a queue with an invented name, so that what an endpoint was
  // still to be sent can be received.
  void settle_deliveries(Random& random);
  // Those.
  const std::map<QueueId, engine::QueueName>& orphaned() const { return orphaned_; }

  // Gives it a secret if the one that it had is lost.
  void found(const std::array<char, 32>& secret, Instant now);

  const engine::Engine& engine() const { return engine_; }
  // What the engine says of a queue, with its true name if that was found after all.
  engine::KeptQueue corrected(engine::KeptQueue queue) const;
  engine::QueueName corrected(const engine::QueueName& name) const;
  const std::map<QueueId, engine::QueueName>& invented() const { return invented_; }
  const std::array<std::uint64_t, misfits>& misfit_counts() const { return misfit_counts_; }
  const std::vector<MissingSeqs>& missing() const { return missing_; }
  // No message with a higher number was met.
  Seq newest() const { return newest_of_all_; }
  // Messages that are known, but whose body is nowhere.
  const std::map<std::pair<QueueId, Seq>, LostMessage>& lost() const { return lost_; }

 private:
  using Outcome = std::optional<Misfit>;
  Outcome put_one(const engine::CheckpointBegin& record);
  Outcome put_one(const engine::KeptQueue& record);
  Outcome put_one(const engine::KeptMessages& record);
  Outcome put_one(const engine::SweptQueue& record);
  Outcome put_one(const engine::KeptDeduplication& record);
  Outcome put_one(const engine::KeptAttempt& record);
  Outcome put_one(const engine::KeptMoveTask& record);
  Outcome put_one(const engine::KeptRecent& record);
  Outcome put_one(const engine::KeptParked& record);
  Outcome put_one(const engine::KeptTopic& record);
  Outcome put_one(const engine::KeptSubscription& record);
  Outcome put_one(const engine::KeptSigningKey& record);
  Outcome on(const engine::Founded& fact, const engine::Body& place);
  Outcome on(const engine::QueueCreated& fact, const engine::Body& place);
  Outcome on(const engine::QueueChanged& fact, const engine::Body& place);
  Outcome on(const engine::QueueDeleted& fact, const engine::Body& place);
  Outcome on(const engine::Purged& fact, const engine::Body& place);
  Outcome on(const engine::Sent& fact, const engine::Body& place);
  Outcome on(const engine::Leased& fact, const engine::Body& place);
  Outcome on(const engine::Removed& fact, const engine::Body& place);
  Outcome on(const engine::Moved& fact, const engine::Body& place);
  Outcome on(const engine::Relocated& fact, const engine::Body& place);
  Outcome on(const engine::Damaged& fact, const engine::Body& place);
  Outcome on(const engine::MoveTaskStarted& fact, const engine::Body& place);
  Outcome on(const engine::Redriven& fact, const engine::Body& place);
  Outcome on(const engine::MoveTaskEnded& fact, const engine::Body& place);
  template <class Fact>  // Moved or Redriven.
  Outcome move(const Fact& fact, const engine::Body& place);
  Outcome on(const engine::ConversationParked& fact, const engine::Body& place);
  Outcome on(const engine::ConversationUnparked& fact, const engine::Body& place);
  Outcome on(const engine::TopicCreated& fact, const engine::Body& place);
  Outcome on(const engine::TopicChanged& fact, const engine::Body& place);
  Outcome on(const engine::TopicDeleted& fact, const engine::Body& place);
  Outcome on(const engine::SubscriptionCreated& fact, const engine::Body& place);
  Outcome on(const engine::SubscriptionChanged& fact, const engine::Body& place);
  Outcome on(const engine::SubscriptionConfirmed& fact, const engine::Body& place);
  Outcome on(const engine::SubscriptionDeactivated& fact, const engine::Body& place);
  Outcome on(const engine::SubscriptionDeleted& fact, const engine::Body& place);
  Outcome on(const engine::SigningKeySet& fact, const engine::Body& place);
  Outcome on(const engine::Published& fact, const engine::Body& place);
  Outcome on(const engine::SharedBodyRelocated& fact, const engine::Body& place);
  Outcome on(const engine::SharedBodyDamaged& fact, const engine::Body& place);
  template <class Fact>
  Outcome change(const Fact& fact, const engine::Subscription* subscription, const engine::Body&);

  bool has_queue(QueueId queue) const { return engine_.find_queue(queue) != nullptr; }
  bool has_message(QueueId queue, Seq seq) const;
  bool is_running(QueueId queue, Seq task) const;
  // It is not there because it was deleted.
  bool is_gone(QueueId queue) const;
  bool is_exact(const engine::Body& place) const { return place.position >= exact_from_; }
  bool is_readable(const engine::Body& body) const;
  // Of a fact about a conversation that the engine would take: what a start would say of it.
  // That, if a start would stop at the fact. To be asked before it is applied.
  Outcome if_objected(Misfit misfit, const engine::Fact& fact, const engine::Body& place);
  // Likewise, but not where only a part of the checkpoint says what there was.
  Outcome if_topic_objected(Misfit misfit, const engine::Fact& fact, const engine::Body& place);
  Outcome add(QueueId queue, const engine::KeptMessage& message);
  void invent(QueueId queue, engine::QueueAttributes attributes);
  engine::QueueName invented_name(QueueId queue, engine::QueueType type) const;
  bool fits(const engine::QueueAttributes& attributes) const;
  Outcome misfit_of_delivery_queue(QueueId queue, const engine::QueueAttributes& attributes) const;
  bool delete_delivery_queue(SubscriptionId subscription);
  void invent_for(QueueId queue, const engine::KeptMessage& message);
  void forget_owner_of(const engine::QueueName& name, QueueId but);
  void forget_lost(QueueId queue, Seq below);
  Outcome note_newest(Seq seq);
  Outcome counted(Outcome outcome);

  Log log_;
  engine::Engine engine_;
  Checkpoint checkpoint_ = Checkpoint::absent;
  Position exact_from_;
  Seq newest_;  // Of the facts so far.
  Seq newest_of_all_;
  bool knows_first_seq_ = false;  // What the next fact's should be follows from `newest_`.
  std::vector<MissingSeqs> missing_;
  QueueId last_queue_;  // Of the checkpoint.
  std::vector<engine::SweptQueue> swept_;
  std::set<QueueId> deleted_;
  std::set<TopicId> deleted_topics_;
  std::set<SubscriptionId> deleted_subscriptions_;
  std::map<QueueId, engine::QueueName> invented_;  // The names of which are not known.
  // What the engine knows under an invented name, but was found later.
  struct Found {
    engine::QueueName name;
    Instant created_at;
  };
  std::map<QueueId, Found> found_;
  std::map<engine::QueueName, QueueId> invented_names_;
  std::map<QueueId, engine::QueueName> orphaned_;
  std::array<std::uint64_t, misfits> misfit_counts_{};
  std::map<std::pair<QueueId, Seq>, LostMessage> lost_;
  Instant advanced_;
};

}  // namespace mailrail::ops
