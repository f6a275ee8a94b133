// SharedHold: holding a log that several processes can open, by its lease.
//
// It is taken only where nobody lives who owns it: an owner that shows a sign of life while it is
// watched is left alone. Whoever waits for such a log keeps waiting as long as it is renewed here,
// and whoever takes it all the same fences this one, which then says so.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/time.h"
#include "log/shared_log.h"
#include "ops/held_log.h"

namespace mailrail::ops {

// How long an owner is watched, in looks a second apart.
inline constexpr int looks_at_owner = 5;

using FrameVisit = std::function<Result<void>(const log::Frame&)>;
using Pause = std::function<void(Duration)>;

// Follows the log to its end and says what it saw there; refuses one whose owner lives.
Result<log::Followed> expect_unused(log::SharedLog& log,
                                    const FrameVisit& visit,
                                    const Pause& pause);

class SharedHold {
 public:
  SharedHold(std::unique_ptr<log::SharedLog> log, log::LogOwner self)
      : log_(std::move(log)), self_(std::move(self)) {}
  SharedHold(const SharedHold&) = delete;
  SharedHold& operator=(const SharedHold&) = delete;
  // Gives the log back, if it can, so that the next one need not wait.
  ~SharedHold();

  log::SharedLog& log() { return *log_; }
  // Visits all frames that were not visited yet.
  Result<void> take(const FrameVisit& visit, const Pause& pause);
  Result<void> keep();
  Result<void> give_back();

 private:
  std::unique_ptr<log::SharedLog> log_;
  log::LogOwner self_;
  bool is_held_ = false;
};

class SharedSource final : public SourceLog {
 public:
  SharedSource(std::unique_ptr<log::SharedLog> log, log::LogOwner self, Pause pause)
      : hold_(std::move(log), std::move(self)), pause_(std::move(pause)) {}

  log::LogStore& log() override { return hold_.log(); }
  Result<void> keep() override { return hold_.keep(); }
  Result<void> finish() override { return hold_.give_back(); }
  // The log is held from then on.
  Result<Instant> replay(engine::Engine& engine) override;

 private:
  SharedHold hold_;
  Pause pause_;
};

class SharedTarget final : public TargetLog {
 public:
  using Open = std::function<Result<std::unique_ptr<log::SharedLog>>()>;

  // Refuses a log that holds a state. What a move has left that did not come to its end is no
  // state; this one goes on behind it. `name` is for messages.
  static Result<std::unique_ptr<SharedTarget>> take(const Open& open,
                                                    const log::LogOwner& self,
                                                    const Pause& pause,
                                                    const std::string& name);

  log::LogStore& log() override { return hold_.log(); }
  Result<void> keep() override { return hold_.keep(); }
  // Who reads one body of it fetches the frame.
  std::size_t frame_bytes() const override { return std::size_t{256} << 10; }
  Result<log::LogStore*> reopen() override;
  Result<void> finish() override { return hold_.give_back(); }

 private:
  SharedTarget(Open open, std::unique_ptr<log::SharedLog> log, const log::LogOwner& self)
      : open_(std::move(open)), hold_(std::move(log), self) {}

  Open open_;
  SharedHold hold_;
  std::unique_ptr<log::SharedLog> again_;
};

}  // namespace mailrail::ops
