// Judge: watches one simulated server through all its crashes and says when a promise is broken.
//
// It sees what passes the seams: facts as they are decided, frames on their way to the log, answers
// as they leave, and what a restart finds. The ledger beside it knows what must follow. What
// clients were told it keeps for itself and never takes back, so that it holds across crashes too.
// The first violation stands; what comes after it is of no interest.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/engine.h"
#include "log/frame.h"
#include "log/log_store.h"
#include "sim/command.h"
#include "sim/deliveries.h"
#include "sim/ledger.h"
#include "sim/sabotage.h"

namespace mailrail::sim {

class Reign;
class SimCall;

struct Violation {
  Law law;
  std::string what;
};

struct Limits {
  std::uint64_t disk_bytes_max = ~std::uint64_t{0};
  std::uint64_t memory_bytes_max = ~std::uint64_t{0};
};

class Judge {
 public:
  explicit Judge(std::set<Law> blind_to = {},
                 engine::Strictness strictness = engine::Strictness::lenient)
      : blind_to_(std::move(blind_to)),
        ledger_(strictness),
        last_durable_{.frame = {}, .ledger = ledger_} {}

  const std::optional<Violation>& violation() const { return violation_; }
  const Ledger& ledger() const { return ledger_; }
  // Of everything that happened: equal for equal runs.
  std::uint64_t trace() const { return trace_; }
  const std::deque<std::string>& story() const { return story_; }  // Its last lines.
  void note(std::string line);
  // What runs must meet now and then, or they show less than they seem to: how often each was met.
  const std::map<std::string, std::uint64_t>& met() const { return met_; }
  void meet(const std::string& what) { met_[what] += 1; }
  void report(Law law, std::string what);

  // --- While the server runs.

  // The client has sent it, and lets go of what it gives up, whether the server hears of it or not.
  void submitted(const Command& command, Instant now);
  // Until something is observed in a turn, the ledger may not know all of it.
  void turn_begins() { is_current_ = false; }
  // What the server did on its own, up to here. `facts` is the frame that is being filled.
  void observe(const engine::FactWriter& facts, Instant now);
  // Around every asking of a command.
  void asking(const Command& command, const engine::FactWriter& facts, Instant now);
  void asked(const Command& command,
             const Reply& reply,
             Ledger::End end,
             const engine::FactWriter& facts);
  void parked(const Command& command, QueueId queue);
  void released(const Command& command, const Reply& reply);
  // The client is gone and has not seen the answer, if there was one.
  void lost(const Command& command);
  // What was read back for a message that an answer tells.
  void check_body(const engine::ReceivedMessage& told, const Result<std::string>& bytes);

  // An endpoint has a request, and has answered it; 0: it never will.
  void pushed(const Push& push, Instant now);
  void answered(const Push& push, int status);
  void broken_off(const Push& push);

  void frame_taken(log::SharedFrame frame, const engine::Engine& engine);
  void frame_durable();
  // Its server was deposed while it was on the way.
  void durable_of_deposed(const log::Frame& frame);
  // It has left a server that does not own the log any more, whether that knows it or not.
  void told_by_deposed(const SimCall& call, const Reign& reign);
  // May owners be deposed at any moment? If not, only when they cannot be certain any more.
  void allow_promotion_at_any_time() { is_promoted_at_any_time_ = true; }
  // What the server takes now, and what it may.
  void takes(const log::Space& space, std::uint64_t memory_bytes, const Limits& limits);
  // The volume had no space for a checkpoint, and from then on the log may grow over the server's
  // limit, until one is taken and the log is trimmed.
  void postponed() { is_postponed_ = true; }
  void trimmed() { is_postponed_ = false; }
  // The server has stopped with no message left.
  void emptied(const log::Space& space);
  // The server says that it has nothing to do until time passes or somebody calls, or, with a
  // commit under way, until it knows that the last frame is durable.
  enum class Commit { none, under_way };
  void quiet(const engine::Engine& engine, Commit commit, Instant now);

  // --- Around a restart, and at the end.

  // What the log holds, from its checkpoint on, and the engine that was made from both. All that
  // was not durable is undone. No message may be removed for its age before `retention_starts`.
  void recovered(const std::vector<log::Frame>& frames,
                 const std::optional<log::CheckpointSpan>& checkpoint,
                 const engine::Engine& engine,
                 Instant retention_starts);
  void drained(const engine::Engine& engine);
  // What a server has made of the log that it follows: up to the end of that frame.
  void followed(const log::Frame& last,
                const std::optional<log::CheckpointSpan>& checkpoint,
                const engine::Engine& engine);

  // --- After damage to what was synced.

  // The last frame was harmed after an unclean stop: it cannot be told from a torn one.
  void excuse_last_frame() { is_last_excused_ = true; }
  bool has_given_up() const { return has_given_up_ || violation_; }
  // Where the last durable frame lies; nothing if there is none.
  const log::Frame* last_frame() const {
    return durable_.empty() ? nullptr : durable_.back().get();
  }
  void refused(const Error& why, std::string_view directory);
  // What the log now gives for a message that the ledger has.
  void check_kept(QueueId queue, Seq seq, const Result<std::string>& bytes);

 private:
  struct Taken {
    log::SharedFrame frame;
    Ledger ledger;            // With all that the frame says.
    std::uint64_t state = 0;  // Hash of the engine's, then.
  };
  // What a call was decided to tell, as the ledger knew it then.
  struct Answer {
    Instant at;
    Position needed;  // It may leave once everything before this is durable.
    std::vector<LedgerMessage> messages;
    std::vector<engine::ReceiptHandle> handles;
  };
  // A FIFO message that a client knows it holds alone.
  struct Hold {
    std::uint64_t receive;  // The command that got it.
    std::string group;
    std::uint32_t generation;
    Instant end;
    Instant sent;
    std::uint64_t newest_change = 0;  // The last command that asked for another end.
  };

  void tally(const Command& command, const Reply& reply, Ledger::End end);
  void tally(const engine::Fact& fact);
  void tally_delivery(const engine::Fact& fact);
  void remember(const engine::Fact& fact, const engine::Body& place);
  void durable(const engine::Published& fact);
  // In all the queues in which it must be, once each; or in none, and that is not enough.
  enum class Demand { whole_or_absent, whole };
  void check_spread(const std::string& text, Demand demand);
  void check_topics(const engine::Engine& engine);
  void observe(std::string_view payload, Position position, Instant now);
  void observe(const engine::Fact& fact, const engine::Body& place, Instant now);
  void received(const Command& command,
                const Answer& answer,
                const engine::ReceivedMessage& told,
                const LedgerMessage& message);
  bool check_frames(const std::vector<log::Frame>& frames, std::size_t trimmed);
  void expect(const log::Frame& frame);
  void check_state(const engine::Engine& engine, Instant not_before);
  Position durable_end() const;

  std::set<Law> blind_to_;
  std::optional<Violation> violation_;
  std::uint64_t trace_ = 0;
  std::deque<std::string> story_;
  std::map<std::string, std::uint64_t> met_;

  Ledger ledger_;                    // As of the last fact decided.
  Position observed_end_;            // Facts before it are in the ledger.
  bool is_current_ = true;           // The ledger knows all that this turn decided.
  bool moved_dead_letters_ = false;  // By the command that is being asked.
  std::vector<log::SharedFrame> durable_;
  // What they alone come to.
  std::unique_ptr<engine::Engine> expected_ = std::make_unique<engine::Engine>(1);
  Taken last_durable_;
  std::optional<Taken> in_flight_;

  std::map<std::uint64_t, QueueId> waiting_;  // By the command's number.
  std::map<std::uint64_t, Answer> answers_;   // Decided and not released, likewise.
  std::set<std::uint64_t> undone_;  // Decided, and gone with an owner before it was durable.
  bool is_promoted_at_any_time_ = false;

  bool is_postponed_ = false;  // A checkpoint, and the log was not trimmed since then.
  bool is_last_excused_ = false;
  bool has_given_up_ = false;  // The ledger does not know what the server holds.
  Position told_end_;          // All that clients were told lies before it.
  std::map<std::pair<QueueId, Seq>, Hold> holds_;
  std::set<std::tuple<QueueId, Seq, std::uint32_t>> let_go_;  // By whom a lease was told before.
  std::map<QueueId, Duration> fifo_queues_;  // With the shortest retention that each ever had.
  std::map<std::tuple<QueueId, Seq, Position>, std::string> bodies_;  // By where they were sent.
  std::set<std::pair<QueueId, Seq>> given_;  // FIFO messages that some client has seen.
  std::map<std::pair<QueueId, std::string>, Seq> newest_given_;  // By group.

  // By text: what was published, and in which queues that is durable.
  struct Publishing {
    std::multiset<QueueId> wanted;
    std::multiset<QueueId> durable = {};
  };
  std::map<std::string, Publishing> publications_;
  std::map<std::tuple<QueueId, TopicId, std::string>, Seq> newest_published_;  // That was given.
  Deliveries deliveries_;
};

}  // namespace mailrail::sim
