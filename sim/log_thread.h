// LogThread: the server's log thread, as one thread can play it.
//
// It gets on when it is told to, and not always then; what it did becomes news later. Now and then
// the disk is slow: then time passes and calls pile up while a frame is on its way, before the disk
// has it or after.

#pragma once

#include <optional>

#include "base/random.h"
#include "base/time.h"
#include "broker/chore.h"
#include "log/log_store.h"
#include "log/shared_log.h"
#include "sim/judge.h"
#include "sim/reign.h"

namespace mailrail::sim {

class LogThread {
 public:
  LogThread(
      log::LogStore& log, Random& random, Judge& judge, const Sabotage& sabotage, Reign& reign);

  bool is_idle() const { return state_ == State::idle; }
  bool has_failed() const { return has_failed_; }
  // Somebody else owns the log.
  bool was_fenced() const { return was_fenced_; }

  // It was idle.
  void take(log::SharedFrame frame, Instant now);
  // Likewise of chores.
  void take(broker::Chore chore);
  // Gets on, perhaps.
  void work(Instant now);
  // Does all that it has.
  void finish();
  // The frame is durable and it is time that the server hears of it. Once.
  bool take_news(Instant now);
  // What came of a chore, once, perhaps not at once.
  std::optional<broker::ChoreDone> take_chore_news();

 private:
  enum class State : std::uint8_t { idle, has_frame, has_news };
  void append();
  void keep_house();
  bool is_to_renew() const;
  void renew();
  void end(log::Outcome outcome);
  std::optional<broker::Chore> without_last_slice(broker::Chore chore);

  log::LogStore& log_;
  Random& random_;
  Judge& judge_;
  const Sabotage& sabotage_;
  Reign& reign_;
  log::SharedLog* const shared_;  // The log, if it is one.
  State state_ = State::idle;
  bool has_failed_ = false;
  bool was_fenced_ = false;
  log::SharedFrame frame_;
  std::optional<broker::Chore> chore_;
  std::optional<broker::ChoreDone> chore_done_;
  bool is_finished_ = false;            // A checkpoint, and the log is not yet trimmed.
  std::optional<broker::Chore> slice_;  // Sabotage: the last that was to be written.
  Instant append_at_{};                 // Not before.
  Instant news_at_{};
};

}  // namespace mailrail::sim
