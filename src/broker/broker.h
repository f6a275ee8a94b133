// Broker: joins the engine, the log and the calls that wait.
//
// It runs turns, fills the next frame while one is being made durable, and holds every answer until
// what it tells is on disk. Between them it keeps the log short (housekeeping.h). It has no thread,
// clock or lock: whoever drives it (the server's engine thread, the simulator) gives it the time
// and calls, takes the frames it has filled to the log, and tells it when they are durable. At most
// one frame is on its way.
//
// When the log fails, throw the broker and the engine away: nothing that was held may be answered.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "broker/call.h"
#include "broker/chore.h"
#include "broker/housekeeping.h"
#include "broker/outbox.h"
#include "broker/recent_frames.h"
#include "broker/traffic.h"
#include "broker/waiters.h"
#include "engine/engine.h"
#include "log/log_store.h"

namespace mailrail::broker {

struct Options {
  std::size_t waiting_max = 20'000;  // Beyond it a long poll answers at once.
  std::size_t recent_bytes_max = std::size_t{8}
                                 << 20;  // Frames kept for receives that follow soon.
  Duration unawaited_commit_after = 1s;  // Facts that nobody waits for are committed after this.
  std::size_t frame_bytes_max = log::frame_bytes_max;  // At most what the log takes.
  // Of Engine::committed_bytes(). From there on calls that add messages are refused, and from a
  // little less new long polls answer at once (engine/shedding.h). There is no gap before they are
  // let in again: what one message leaves, the next may take.
  std::uint64_t memory_bytes_max = std::numeric_limits<std::uint64_t>::max();
  // What one call may add to a frame: the services' limits keep a batch, its attributes and ids,
  // its deliveries to queues and the engine's own facts well below it.
  std::size_t call_bytes_max = std::size_t{2} << 20;
  HousekeepingOptions housekeeping = {};
  Traffic* traffic = nullptr;  // That counts what goes through; null: nobody does.
};

class Broker final : private engine::Surroundings {
 public:
  // The log is only asked where frames will lie; the engine may be fresh or replayed.
  Broker(engine::Engine& engine,
         const log::LogStore& log,
         Random& random,
         Outbox& outbox,
         const Options& options = {});

  // Lets time pass and asks the calls, in their order; but those who receive where others wait for
  // what calls have changed are asked behind these, when the next frame can follow.
  void turn(Instant now, std::vector<std::unique_ptr<Call>> calls);

  // The next frame to append, if there is reason to and none is on its way; else null.
  log::SharedFrame take_frame();

  // The frame that was taken is durable. Take a turn before the next frame is taken: who was
  // deferred is asked in it.
  void durable();

  // What housekeeping has to do next, if anything. Asked after take_frame(), and again when it was
  // done; one is under way at a time.
  std::optional<Chore> take_chore();
  void chore_done(ChoreDone done);
  // The server stops, and all is durable: a last checkpoint is taken, so that the next start has
  // nothing to replay. Go on with take_chore() until it is done.
  void finish();
  bool is_finished() const { return housekeeping_.is_done(); }

  // Messages that housekeeping could not read, since the last time. Asked after turn(): then a
  // damaged one is marked, and the operator may be told before that is durable.
  std::vector<Unreadable> take_unreadable() { return housekeeping_.take_unreadable(); }

  // The caller of a call that waits, or is deferred, is gone. Else nothing happens.
  void cancel(std::uint64_t call_id);

  // Ends waiting for good: every call that waits, now or later, gets the answer it would get at its
  // deadline.
  void stop_waiting();

  // When turn() has something to do even if no call comes.
  std::optional<Instant> next_turn() const;

  // The frame that is being filled can take what another call may add.
  bool has_room() const;
  // And housekeeping does not go first. If not, nothing is decided until the frame could be taken,
  // or the disk has more to spare.
  bool takes_calls() const { return has_room() && !housekeeping_.goes_first(); }

  // No answer is held and nothing waits to be made durable.
  bool is_idle() const;
  // A frame was taken and is not durable yet.
  bool is_committing() const { return in_flight_ != nullptr; }
  std::size_t waiting() const { return waiters_.size(); }

  // The limit that calls now meet, if one is reached.
  std::optional<engine::Full> full() const override;

 private:
  std::size_t waiting_at(QueueId queue) const override { return waiters_.waiting_at(queue); }
  engine::ServerUse use() const override;

  void ask(std::unique_ptr<Call> call);
  Decision decide(Call& call);
  void answer(std::unique_ptr<Call> call, const Decision& decision);
  void park(std::unique_ptr<Call> call, const Decision& decision);
  void release(std::unique_ptr<Call> call);
  void serve_unasked();
  void defer_woken();
  void serve_deferred();
  void serve_woken();
  bool serve_waiters_of(QueueId queue);
  void serve_due();
  void remove_expired();
  void remove_lapsed();
  void move_messages();
  void keep_house();

  engine::Engine& engine_;
  const log::LogStore& log_;
  Random& random_;
  Outbox& outbox_;
  const Options options_;

  Instant now_{};
  engine::FactWriter open_;            // The frame that is being filled.
  std::optional<Instant> open_since_;  // Its first fact.
  log::SharedFrame in_flight_;         // The frame that is being made durable.
  Position taken_end_;                 // Behind the facts of the last frame that was taken.
  Position durable_end_;               // Behind those of the last that is durable.
  Housekeeping housekeeping_;
  std::vector<std::unique_ptr<Call>> held_for_in_flight_;
  std::vector<std::unique_ptr<Call>> held_for_open_;
  std::deque<std::unique_ptr<Call>>
      unasked_;  // Calls for the next turn: the frame was full, or they asked for another.
  std::deque<QueueId> woken_;   // Queues whose waiters are asked as soon as there is room.
  std::set<QueueId> deferred_;  // Queues whose waiters are asked when the next frame can follow.
  std::deque<std::unique_ptr<Call>> behind_deferred_;  // Who receives there, in order.
  Waiters waiters_;
  RecentFrames recent_;
  bool has_begun_ = false;
  bool is_behind_ = false;  // Time has more to do than one turn should.
  bool may_wait_ = true;
  Instant next_expiry_{};
};

}  // namespace mailrail::broker
