// Engine: the rules of queues, as a pure and deterministic state machine.
//
// Methods that take a Turn decide: they look at the state, record facts and apply each at once.
// apply() is the only thing that changes the state; replaying the same facts gives the same state
// on every machine. Nothing here blocks, waits, asks the time or reads a body. Names, ranges and
// sizes were checked before; here stand the rules that need state.
//
// Time passes by advance(), a bounded amount of work at a time: leases and delays end, old ids are
// forgotten.

#pragma once

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/checkpoint.h"
#include "engine/contents.h"
#include "engine/deduplication.h"
#include "engine/fact.h"
#include "engine/identity.h"
#include "engine/inspection.h"
#include "engine/old_bodies.h"
#include "engine/poison.h"
#include "engine/queue.h"
#include "engine/receive_attempts.h"
#include "engine/receivers.h"
#include "engine/recent.h"
#include "engine/redrive.h"
#include "engine/requests.h"
#include "engine/send_rates.h"
#include "engine/store.h"
#include "engine/strictness.h"
#include "engine/sweep.h"
#include "engine/topic_requests.h"
#include "engine/topics.h"
#include "engine/turn.h"

namespace mailrail::engine {

struct MemoryAreas {
  std::uint64_t messages = 0;
  std::uint64_t conversations = 0;
  std::uint64_t deduplication = 0;  // And the attempts of receives.
  std::uint64_t definitions = 0;    // Queues and topics.

  std::uint64_t total() const { return messages + conversations + deduplication + definitions; }
};

class Engine {
 public:
  // The seed keys hash tables that are never seen outside; any value, the same on no two servers.
  explicit Engine(std::uint64_t hash_seed, Strictness strictness = Strictness::lenient);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // --- Once, before anything else, unless the log was replayed.

  bool is_founded() const { return identity_ != nullptr; }
  void found(Turn& turn);
  const Identity& identity() const { return *identity_; }

  Strictness strictness() const { return strictness_; }

  // --- Queues. Pointers hold until the next turn.

  const Queue* find_queue(const QueueName& name) const;
  const Queue* find_queue(QueueId id) const;
  const std::map<QueueName, QueueId>& queue_names() const { return names_; }
  QueueCounts counts(QueueId queue) const;
  // Looks at no more than `budget` messages, and takes them off it; between two calls each is
  // looked at once. Nothing if it must look further: ask again. Changes nothing that is seen.
  std::optional<OldestSent> find_oldest(QueueId queue, std::size_t& budget);

  QueueId create_queue(Turn& turn,
                       const QueueName& name,
                       const QueueAttributes& attributes,
                       const std::map<std::string, std::string>& tags);
  void change_queue(Turn& turn, QueueId queue, const QueueAttributes& attributes);
  // All of them, as they are to be, and what they say of poison. A queue's tags are no attributes:
  // it counts as unchanged.
  void change_tags(Turn& turn,
                   QueueId queue,
                   const std::map<std::string, std::string>& tags,
                   OnPoison on_poison);
  void delete_queue(Turn& turn, QueueId queue);
  // Made from the queue's policy; forgotten when its attributes or tags change, and never stored.
  void keep_matcher(QueueId queue, std::shared_ptr<const Matcher> matcher);
  PurgeResult purge_queue(Turn& turn, QueueId queue);
  // A queue of that name was deleted so lately that none may be created yet.
  bool is_deleted_recently(const QueueName& name, Instant now) const;

  // --- Topics and subscriptions. Those named must exist.

  const Topics& topics() const { return topics_; }
  // No other topic may have the name.
  TopicId create_topic(Turn& turn,
                       const TopicName& name,
                       const TopicAttributes& attributes,
                       const std::map<std::string, std::string>& tags);
  // Attributes and tags, all as they are to be.
  void change_topic(Turn& turn,
                    TopicId topic,
                    const TopicAttributes& attributes,
                    const std::map<std::string, std::string>& tags);
  void delete_topic(Turn& turn, TopicId topic);
  // Always a new one: whether there is one like it was asked before. That of an HTTP endpoint gets
  // its delivery queue.
  SubscriptionId subscribe(Turn& turn, const SubscribeRequest& request);
  void change_subscription(Turn& turn,
                           SubscriptionId subscription,
                           const SubscriptionAttributes& attributes);
  void confirm(Turn& turn, SubscriptionId subscription, const Confirmation& confirmation);
  void unsubscribe(Turn& turn, SubscriptionId subscription);
  // Ends it so that its HTTP endpoint may have it back, by confirm(), until it lapses. Nothing that
  // waited in its delivery queue is left.
  void deactivate(Turn& turn, SubscriptionId subscription);
  // Ends those that were pending or deactivated for as long as they may be, at most so many. False
  // if there may be more at once.
  bool remove_lapsed(Turn& turn, std::size_t count_max);
  // When that has something to do next, if ever.
  std::optional<Instant> next_lapse() const;
  // Made from the policy of the one or the other; forgotten when that changes, and never stored.
  void keep_matcher(SubscriptionId subscription, std::shared_ptr<const Matcher> matcher) {
    topics_.keep_matcher(subscription, std::move(matcher));
  }
  void keep_matcher(TopicId topic, std::shared_ptr<const Matcher> matcher) {
    topics_.keep_matcher(topic, std::move(matcher));
  }

  // What signs notifications; null if none was ever set. It is kept as it is given.
  const SigningKey* signing_key() const { return topics_.signing_key(); }
  void set_signing_key(Turn& turn, const std::string& private_key, const std::string& certificate);

  // --- Delivery queues: what HTTP endpoints are still to be sent, one queue for each subscription.
  // No name leads to them; their messages are received, hidden and deleted like all others.

  const Queue* delivery_queue(SubscriptionId subscription) const;
  // The same; made if there is none, as for a subscription of before there were any.
  QueueId obtain_delivery_queue(Turn& turn, SubscriptionId subscription);
  // The subscriptions that have one, from the first behind that one on, at most so many.
  std::vector<SubscriptionId> delivery_queues_after(SubscriptionId after,
                                                    std::size_t count_max) const;
  // The endpoint never took the message that is held by this handle. What was published goes to
  // that queue, if it is there, is of the same type as the delivery queue, and takes a message of
  // so many bytes, which are what it would show; all else is gone.
  GiveUpResult give_up(Turn& turn,
                       const ReceiptHandle& handle,
                       const std::optional<QueueName>& dead_letters,
                       std::size_t message_bytes);

  // One message for each target, all or none; but none for a FIFO queue in which it would be a
  // duplicate. Topic and queues must exist, and a FIFO queue takes only from a FIFO topic.
  PublishResult publish(Turn& turn, const PublishRequest& request);
  // What such a publication would be a duplicate of, and then deliver nothing.
  std::optional<Seq> original_of(Instant now, const PublishRequest& request) const;

  // --- Messages. The queue must exist.

  SendResult send(Turn& turn, const SendRequest& request);
  // The message that such a send would be a duplicate of, and then add nothing.
  std::optional<SendResult> original_of(Instant now, const SendRequest& request) const;
  ReceiveResult receive(Turn& turn, const ReceiveRequest& request);
  DeleteResult delete_message(Turn& turn, const ReceiptHandle& handle);
  VisibilityResult change_visibility(Turn& turn, const ReceiptHandle& handle, Duration timeout);
  // What keeps the queue from taking another message; nothing where its oldest go instead.
  std::optional<ReachedBound> reached_bound(QueueId queue) const;
  // How long these must wait for their places, in queues whose rate is bounded; they have them from
  // then on. Else the queue at which that is too long, and they have none. Each queue once.
  std::expected<Duration, QueueId> await_places(Instant now,
                                                std::span<const PlaceRequest> requests);
  // What full queues dropped since this was last taken.
  bool has_dropped() const { return !dropped_.empty(); }
  std::map<QueueName, std::uint64_t> take_dropped() { return std::exchange(dropped_, {}); }
  // Where the message's body lies in the log; nothing if the queue has no such message.
  std::optional<Body> body_of(QueueId queue, Seq seq) const;
  // What is known of it by who only watches; nothing if the queue has no such message.
  std::optional<MessageView> view(QueueId queue, Seq seq) const;
  // Gives a lease back whose receive was never answered, if it still is that lease.
  void give_back(Turn& turn, const ReceiptHandle& handle);
  // The message's body cannot be read where it lay: it is given to nobody any more. Nothing happens
  // if it is gone, lies elsewhere by now or was marked before; then the answer is false.
  bool mark_damaged(Turn& turn, QueueId queue, Seq seq, Position position);
  bool mark_damaged(Turn& turn, const OldBody& body);

  // --- Looking without touching. The queue must exist, and be FIFO to have conversations.

  Inspected inspect(Instant now, const InspectRequest& request) const;
  // Nothing if the queue has it no more.
  std::optional<InspectedMessage> find_message(QueueId queue, Seq seq) const;
  InspectedConversations conversations(const ConversationsRequest& request) const;
  std::optional<InspectedConversation> find_conversation(QueueId queue,
                                                         std::string_view group) const;

  // --- Redrive. Tasks of a queue are in its Queue.

  MoveTaskResult start_move_task(Turn& turn, const MoveTaskRequest& request);
  // The source's running task, which there must be.
  void cancel_move_task(Turn& turn, QueueId source);
  // Moves what tasks may move by now: a bounded number of messages, in turns if several tasks run.
  void move_messages(Turn& turn);
  // When that has something to do next, if ever.
  std::optional<Instant> next_move() const;
  // The queue's messages of these ids, wherever they stand. The queue must exist.
  FoundMessages find(Instant now, const FindRequest& request) const;
  // Moves these at once, by no task, and says of each what became of it; else why none may be.
  // Nothing is refused because its source has a task that is running.
  std::expected<std::vector<RedriveResult>, MoveTaskVerdict> redrive(Turn& turn,
                                                                     const RedriveRequest& request);

  // --- Poison conversations: those of a FIFO queue that are parked. The queue must exist.

  // At most so many, in the order of their groups' names, from the first behind `after`.
  std::vector<ParkedConversation> parked(QueueId queue,
                                         std::string_view after,
                                         std::size_t count_max) const;
  // Nothing if it is not parked.
  std::optional<ParkedConversation> find_parked(QueueId queue, std::string_view group) const;
  // By hand, whatever the queue does about poison. Nothing if there is no such conversation, or it
  // is parked already.
  void park(Turn& turn, QueueId queue, std::string_view group);
  // Lets it go on, every message as if it had never been received too often. Its head must be
  // whole.
  ParkedResult retry(Turn& turn, QueueId queue, std::string_view group);
  // Removes the head, which nobody may hold, and lets the others go on.
  ParkedResult skip(Turn& turn, QueueId queue, std::string_view group, SkipTo to);
  // To drop all that is in it now; nothing if it is not parked.
  std::optional<DropRequest> drop_request(QueueId queue, std::string_view group) const;
  // Removes at most so many of these messages, whoever holds them. With the last one whatever came
  // later goes on.
  DropResult drop(Turn& turn, QueueId queue, const DropRequest& request, std::size_t count_max);

  // --- Time.

  // Ends what ends by `now`. False if there is more to do than one turn should: call again.
  bool advance(Instant now);
  // When advance() has something to do next, if ever.
  std::optional<Instant> next_due() const;
  // Removes expired messages, looking at no more than `count_max`. False if there may be more at
  // once.
  bool remove_expired(Turn& turn, std::size_t count_max);
  // Until then no message is removed for its age, and no subscription lapses: the clock may have
  // jumped while nobody ran.
  void suspend_retention(Instant until) { retention_starts_ = until; }
  // Queues that may have something to receive since this was last asked. 0 stands for a new
  // delivery queue.
  std::vector<QueueId> take_woken();

  // --- Memory. Both are sums of counts that are kept along: asking costs next to nothing.

  // What the structures of queues and messages take of the heap: pages of entries, deliveries and
  // groups, however full; indices, names, deduplication ids, receive attempts; what was purged or
  // deleted until it is freed. Left out are a few KiB that don't grow with anything.
  std::uint64_t memory_bytes() const;
  // The same by what it is for.
  MemoryAreas memory_areas() const;
  // What a limit is compared with: pages count by the items in use, because new messages take what
  // is free in them first, and every message counts with the delivery that its first receive will
  // make, so that receiving needs nothing that a limit forbids. Only the attempt ids of receives,
  // the group that a dead letter founds elsewhere, and what is remembered of poison conversations
  // come on top.
  std::uint64_t committed_bytes() const;

  // --- The log.

  // Where the bodies of all messages lie in it.
  const LiveBytes& live_bytes() const { return store_.live; }

  // The state in runs, for a checkpoint: begin_sweep() when the facts before some place in the log
  // have been applied, then a run at a time until there is none. Turns may come between.
  Sweep begin_sweep(const SweepLimits& limits = {}) const;
  std::optional<CheckpointRun> sweep(Sweep& sweep) const;

  // A step of the search for bodies in the old part of the log, and what is done about each: `sent`
  // is what was read there. Nothing happens if the message is gone or has moved meanwhile.
  std::vector<OldBody> find_old_bodies(OldBodies& cursor, std::size_t looked_at_max) const;
  void relocate(Turn& turn, const OldBody& old, std::string_view sent);

  // --- Replay, and what tests compare.

  // First how far the sweep of the checkpoint went, if there is one, and its records; then the
  // facts from where it began.
  void restore(const CheckpointRecord& record);
  void restored_through(Position end) { inexact_until_ = end; }
  void apply(const Fact& fact, const Body& place);
  // What makes it impossible to restore or apply something that was read: it can't follow what came
  // before. Empty if it can.
  std::string_view objection_to(const CheckpointRecord& record) const;
  std::string_view objection_to(const Fact& fact, const Body& place) const;
  std::size_t message_count() const { return store_.entries.size(); }
  // The body that the publication's messages share; nothing if no message has it any more.
  std::optional<Body> shared_body(Seq publication) const;
  // Of what is stored, not of what is derived: equal after a replay of the same log.
  std::uint64_t state_hash(Instant now) const;

 private:
  void record(Turn& turn, const Fact& fact);
  void on(const Founded& fact, const Body&);
  void on(const QueueCreated& fact, const Body&);
  void on(const QueueChanged& fact, const Body&);
  void on(const QueueDeleted& fact, const Body&);
  void on(const Purged& fact, const Body& place);
  void on(const Sent& fact, const Body& place);
  void on(const Leased& fact, const Body& place);
  void on(const Removed& fact, const Body& place);
  void on(const Moved& fact, const Body& place);
  void on(const Relocated& fact, const Body& place);
  void on(const Damaged& fact, const Body&);
  void on(const MoveTaskStarted& fact, const Body&);
  void on(const Redriven& fact, const Body& place);
  void on(const MoveTaskEnded& fact, const Body&);
  template <class Move>
  void move_entry(const Move& fact, Instant sent, Delivery delivery, const Body& place);
  void on(const Published& fact, const Body& place);
  void on(const SharedBodyRelocated& fact, const Body& place);
  void on(const SharedBodyDamaged& fact, const Body&);
  void place_body(Entry& entry, const Body& body, const std::optional<Share>& share);
  void on(const ConversationParked& fact, const Body& place);
  void on(const ConversationUnparked& fact, const Body& place);
  // Those of topics.
  template <class TopicFact>
    requires requires(Topics& topics, const TopicFact& fact) { topics.on(fact); }
  void on(const TopicFact& fact, const Body&) {
    topics_.on(fact);
  }
  bool is_exact(const Body& place) const { return place.position >= inexact_until_; }
  bool was_swept(const Queue& queue, Seq seq, const Body& place) const;

  void put(const CheckpointBegin& record);
  void put(const KeptQueue& record);
  void put(const KeptMessages& record);
  void put(const SweptQueue& record);
  void put(const KeptDeduplication& record);
  void put(const KeptAttempt& record);
  void put(const KeptMoveTask& record);
  void add_move_task(Queue& queue, const MoveTask& task);
  void put(const KeptRecent& record);
  void put(const KeptParked& record);
  void put(const KeptTopic& record) { topics_.put(record); }
  void put(const KeptSubscription& record) { topics_.put(record); }
  void put(const KeptSigningKey& record) { topics_.put(record); }
  Delivery restored(const KeptDelivery& kept);

  void sweep_recent(Sweep& sweep) const;
  void sweep_messages(Sweep& sweep) const;
  KeptMessages next_messages(const Queue& queue,
                             Sweep& sweep,
                             std::size_t& left,
                             std::size_t bytes_max) const;
  KeptMessage kept_message(const Contents& contents, const Entry& entry) const;
  void sweep_parked(Sweep& sweep) const;
  void sweep_deduplication(Sweep& sweep) const;
  void sweep_attempts(Sweep& sweep) const;

  struct Sense;  // Looks for objections.

  Hash128 deduplication_key(const Queue& queue, const SendRequest& request) const;
  Hash128 deduplication_key(const Topic& topic, const PublishRequest& request) const;
  std::optional<Published::Delivery> delivery_to(const PublishTarget& target,
                                                 const Topic& topic,
                                                 const PublishRequest& request,
                                                 Instant now) const;
  void find_old_shared(OldBodies& cursor,
                       std::size_t looked_at_max,
                       std::vector<OldBody>& found) const;
  struct Receiving;  // One receive while it is being decided.
  void receive_again(Turn& turn, Receiving& receiving);
  void take_from_standard(Turn& turn, Receiving& receiving);
  void take_from_fifo(Turn& turn, Receiving& receiving);
  enum class Fate : std::uint8_t;  // What becomes of a message that is next.
  Fate set_aside(Turn& turn, Receiving& receiving, Index entry);
  Fate park(Turn& turn, Receiving& receiving, Index entry);
  bool is_spent(const Queue& queue, Index entry) const;
  void lease(Turn& turn, Receiving& receiving, Index entry);
  static bool drops_oldest(const Queue& queue);
  void make_room(Turn& turn, const Queue& queue);
  void give(Receiving& receiving, Index entry) const;
  ReceivedMessage shown(const Queue& queue, Index entry) const;
  InspectedMessage inspected(const Queue& queue, Index entry) const;
  InspectedConversation conversation(const Queue& queue, Index group) const;
  bool is_current(const ReceiptHandle& handle, Index entry, Instant now) const;
  bool is_damaged(Index entry) const { return store_.entries[entry].state == EntryState::damaged; }
  // The queue of that name, if messages of the other can move to it.
  const Queue* find_target(const Queue& from, const QueueName& name) const;
  const Queue* dead_letters_of(const Queue& queue) const;
  void remove(Turn& turn, const Queue& queue, Index entry, RemovalReason why);
  const Parking::Place* find_place(const Queue& queue, std::string_view group) const;
  ParkedConversation describe(Index group, Instant since) const;
  void unpark(Turn& turn, const Queue& queue, Index group);
  Delivery delivery_or_origin(const Queue& queue, const Entry& entry) const;
  void move_to_dead_letters(Turn& turn, const Queue& from, const Entry& entry, const Queue& to);
  bool is_dead_letter_queue(const Queue& queue) const;
  std::optional<MoveTaskVerdict> refusal_of_move(const Queue& source,
                                                 const std::optional<QueueName>& destination) const;
  std::expected<const Queue*, MoveTaskFailure> way_out(
      const Queue& queue, const Entry& entry, const std::optional<QueueName>& destination) const;
  Redriven redriven(const Queue& queue, const Entry& entry, const Queue& to, Instant now) const;
  RedriveResult redrive_one(Turn& turn,
                            const Queue& source,
                            Index index,
                            const std::optional<QueueName>& destination);
  void delete_delivery_queue(Turn& turn, SubscriptionId subscription);
  // Under its name or its subscription.
  void list_queue(const Queue& queue);
  void unlist_queue(const Queue& queue);
  struct MoveBudget;  // Of one turn.
  void move_from(Turn& turn, const Queue& queue, MoveBudget& budget);
  bool move_one(Turn& turn, const Queue& queue, Index entry);
  void pass_ends(Turn& turn, const Queue& queue);
  void end_move_task(Turn& turn,
                     const Queue& queue,
                     MoveTaskStatus status,
                     MoveTaskFailure failure = MoveTaskFailure::none);
  bool is_expired(const Queue& queue, const Entry& entry, Instant now) const;
  bool remove_expired_from(Turn& turn, const Queue& queue, Seq& cursor, std::size_t& budget);

  Queue& queue_at(QueueId id);
  const Queue& queue_at(QueueId id) const;
  Contents& contents_of(const Queue& queue) { return *contents_[queue.contents]; }
  const Contents& contents_of(const Queue& queue) const { return *contents_[queue.contents]; }
  Index open_contents(QueueId queue, const QueueAttributes& attributes);
  void bury(Index contents);
  void free_buried(std::size_t& budget);
  Index find_entry(const Queue& queue, Seq seq) const { return contents_of(queue).find(seq); }
  Delivery* delivery_of(const Entry& entry);
  const Delivery* delivery_of(const Entry& entry) const;
  Index intern_source(const QueueName& name);

  Store store_;
  std::vector<std::unique_ptr<Contents>> contents_;  // By number; freed slots are null.
  std::vector<Index> free_contents_;
  std::vector<Index> graveyard_;  // Contents that no queue has any more, freed bit by bit.

  std::map<QueueId, Queue> queues_;
  std::map<QueueName, QueueId> names_;
  std::map<SubscriptionId, QueueId> delivery_queues_;  // They are not among the names.
  std::uint64_t queue_bytes_ = 0;                      // Of these three.
  Topics topics_;
  Deduplication deduplication_;
  ReceiveAttempts attempts_;
  Receivers receivers_;
  SendRates send_rates_;                        // Like receivers, not stored.
  std::map<QueueName, std::uint64_t> dropped_;  // Likewise: for the operator to be told.
  Recent<QueueName> deleted_;
  Recent<QueueId> purged_;
  Strictness strictness_;
  std::vector<QueueName> sources_;  // Dead-letter sources that deliveries refer to by index.
  std::map<QueueName, Index> source_numbers_;
  std::unique_ptr<Identity> identity_;
  std::array<char, 32> secret_{};
  QueueId last_queue_ = {};
  Seq last_seq_ = {};

  Position
      inexact_until_;  // Facts before it may be about what a checkpoint has not, or has already.
  // The last message restored from it, and the highest seq of all those.
  QueueId restored_queue_ = {};
  Seq restored_seq_ = {};
  Seq restored_seq_max_ = {};
  Instant retention_starts_;

  // Where the running tasks are in their queues, by source. Says when to look where, and nothing of
  // what is so: a restart begins each anew.
  struct Moving {
    Seq cursor = {};
    std::uint64_t looks = 0;  // This time round.
    bool left_some = false;   // Likewise: not visible yet.
    Instant look_again = {};
  };
  std::map<QueueId, Moving> moving_;
  QueueId moved_last_ = {};  // The others come first.

  // Where remove_expired() goes on.
  QueueId sweep_queue_ = {};
  Seq sweep_seq_ = {};
};

}  // namespace mailrail::engine
