// SimCall: a command on its way through the broker, with the judge looking on.
//
// Decides what its answer waits for, as the SQS actions do.

#pragma once

#include <optional>
#include <span>
#include <vector>

#include "broker/call.h"
#include "sim/command.h"
#include "sim/judge.h"
#include "sim/reign.h"
#include "sim/sabotage.h"

namespace mailrail::sim {

class SimCall final : public broker::Call {
 public:
  SimCall(Command command, Judge& judge, const Sabotage& sabotage, const Reign& reign);

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;
  std::span<const engine::Body> bodies() const override { return bodies_; }
  QueueId takes_from(const engine::Engine& engine) const override;

  const Command& command() const { return command_; }
  const Reply& reply() const { return reply_; }
  // When its server did not own the log any more.
  bool was_decided_late() const { return was_decided_late_; }
  // That its answer has to wait for.
  bool changed_something_late() const { return changed_something_late_; }

 private:
  broker::Decision decide_late(engine::Engine& engine, engine::Turn& turn);
  broker::Decision run(engine::Engine& engine, engine::Turn& turn);
  broker::Decision publish_part(engine::Engine& engine, engine::Turn& turn);
  broker::Decision decide_received(engine::QueueType type, Instant now);
  broker::Decision sabotaged(broker::Decision decision, const engine::Engine& engine) const;

  Command command_;
  Judge& judge_;
  const Sabotage& sabotage_;
  const Reign& reign_;
  bool was_decided_late_ = false;
  bool changed_something_late_ = false;
  std::optional<Instant> deadline_;
  Reply reply_;
  std::vector<engine::Body> bodies_;
  std::size_t parts_ = 0;  // That were published, where that goes wrong.
};

// Decides nothing and is answered at once: it shows the judge what the server did on its own.
class Probe final : public broker::Call {
 public:
  Probe(Judge& judge, const Reign& reign) : Call(0), judge_(judge), reign_(reign) {}
  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;

 private:
  Judge& judge_;
  const Reign& reign_;
};

}  // namespace mailrail::sim
