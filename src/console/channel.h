// Channel: one topic for all who see the same of it. Once a second it has something to ask, and
// makes events of what came of that: one for those who know what was before, which tells what has
// changed, and one for those who do not.
//
// A refusal is an event, too. What is the same as before is no event at all.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/context.h"
#include "broker/traffic.h"
#include "console/activity.h"
#include "console/question.h"
#include "console/recorder.h"
#include "console/topic.h"

namespace mailrail::console {

class Channel {
 public:
  virtual ~Channel() = default;

  // What is to be asked now. Lent by whoever asks, until take().
  virtual std::unique_ptr<Question> ask(const api::Context& context) = 0;
  virtual void take(Instant at) = 0;

  // Since the last take(): what has changed; empty: nothing.
  const std::string& news() const { return news_; }
  // All of it, for who knows nothing yet.
  virtual std::string whole() { return news_; }
  // Why it cannot be seen; empty if it can.
  const std::string& refusal() const { return refusal_; }
  // Of events that stand for themselves: how many `news` tells of, and how many it leaves out.
  virtual std::size_t events() const { return 0; }
  virtual std::uint64_t left_out() const { return 0; }
  // Whether its JSON is open: how many were left out, and a bracket, are still to come.
  virtual bool counts_left_out() const { return false; }
  // Up to which event it has told; nothing for what is no list of events.
  virtual std::optional<std::uint64_t> position() const { return std::nullopt; }

 protected:
  std::string news_;
  std::string refusal_;
};

struct ChannelParts {
  const broker::Traffic& traffic;
  Recorder& recorder;
  const Activity& activity;
};

// `after`: of events, the number to go on from; nothing: from now on.
std::unique_ptr<Channel> make_channel(const Topic& topic,
                                      const ChannelParts& parts,
                                      std::optional<std::uint64_t> after);

// Which queue is meant, and whether the caller may see it.
class QueueQuestion final : public Question {
 public:
  // Without a name: all queues together.
  QueueQuestion(const api::Context& context, std::string queue);
  Asked ask(engine::Engine& engine, engine::Turn& turn) override;
  const Result<QueueId>& found() const { return found_; }

 private:
  const api::Context context_;
  const std::string queue_;
  Result<QueueId> found_ = Recorder::all_queues;
};

}  // namespace mailrail::console
