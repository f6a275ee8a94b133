// Outbox: where calls leave the broker, with their answer, once that may be told.
//
// Seam: the server hands them to their HTTP threads, tests and the simulator keep them.

#pragma once

#include <memory>
#include <vector>

#include "broker/call.h"
#include "log/frame.h"

namespace mailrail::broker {

class Outbox {
 public:
  virtual ~Outbox() = default;

  // `frames` holds, for each of the call's bodies, the recent frame that it lies in, or null: then
  // the log has it.
  virtual void release(std::unique_ptr<Call> call, std::vector<log::SharedFrame> frames) = 0;

  // It waited, and its caller is gone.
  virtual void drop(std::unique_ptr<Call> call) = 0;

  // It waits now. Whatever bounds the calls under way should stop counting it, until it is released
  // or dropped.
  virtual void parked(const Call& call) = 0;
};

}  // namespace mailrail::broker
