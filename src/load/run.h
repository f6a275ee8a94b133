// Run: messages through queues by producers and consumers at once, measured and judged.
//
// It ends when the producers are through and, where there are consumers, all that was acknowledged
// has come out and was deleted, or nothing has come for so long that the rest must be lost.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/consumer.h"
#include "load/endpoint.h"
#include "load/figures.h"
#include "load/judge.h"
#include "load/loop.h"
#include "load/producer.h"

namespace mailrail::load {

// All of it outlives the run.
struct Plan {
  const Endpoint& producing_at;
  const Requests& producing_by;
  const Endpoint& consuming_at;
  const Requests& consuming_by;
  const Script& script;
  Order order = Order::standard;

  Sending sending = Sending::one_by_one;
  std::string target;                   // What producers send to.
  std::vector<std::string> queue_urls;  // Each gets every message.
  std::uint32_t producers = 0;
  std::uint32_t consumers = 0;  // In all, of all queues; at least one for each, or none.
  std::size_t batch_size = 10;
  std::chrono::nanoseconds work{0};
  std::chrono::seconds visibility_timeout{60};  // Of the queues.

  std::optional<std::uint64_t> per_second = {};  // None: a closed loop.
  std::uint64_t messages_max = UINT64_MAX;
  std::chrono::nanoseconds warm_up{0};
  std::chrono::nanoseconds duration{0};  // 0: until all messages are sent.
  std::uint64_t messages_before = 0;     // Sent before anything is measured,
  std::size_t batch_size_before = 10;    // so many at once.
};

struct Progress {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

struct Outcome {
  Figures figures;
  double seconds = 0;  // That were measured.
  Verdict verdict;     // Of all queues.
  std::uint64_t acknowledged = 0;
  std::uint64_t unanswered = 0;  // Sends that may be there or not.
  std::uint64_t received = 0;
  bool was_interrupted = false;
  // Whether all that was acknowledged has come out, or somebody waited for it in vain; so it is not
  // where connections were lost before. Of what nobody receives it is.
  bool is_complete = false;
};

class Run {
 public:
  // Asked ten times a second how far it is; whether to go on.
  using Watch = std::function<Loop::Tick(const Progress& progress)>;

  Run(const Plan& plan, Watch watch);

  // Sends what is there before. The error is that a server cannot be reached, here and below.
  Result<void> prepare();

  Result<void> run();

  Outcome outcome() const;

 private:
  Result<void> measure();
  Result<void> add_producers(Loop& loop, Production& production, std::uint32_t count);
  Result<void> add_consumers(Loop& loop);
  Loop::Tick tick(Time now);
  bool is_settled() const;
  bool is_complete() const;
  bool may_still_come(Time now) const;
  Progress progress() const;
  double measured_seconds() const;

  const Plan& plan_;
  const Watch watch_;
  Figures figures_;
  Figures filling_figures_;
  std::vector<std::unique_ptr<Judge>> judges_;
  std::vector<std::unique_ptr<Consumption>> consumptions_;
  std::vector<std::unique_ptr<Role>> roles_;
  Production filling_;
  Production production_;

  std::uint64_t received_before_ = 0;  // At the last tick,
  Time progressed_at_ = {};            // and when that had grown.
  std::optional<Time> settled_at_ = {};
  Time ended_at_ = {};
  bool has_given_up_ = false;
  bool was_interrupted_ = false;
};

}  // namespace mailrail::load
