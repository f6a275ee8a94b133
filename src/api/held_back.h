// HeldBack: a call that must wait for its place where a rate is bounded, or is refused at once.
//
// It waits at no queue, and is asked again when its place is there. Where it cannot wait, because
// the server has too many that do or stops, the refusal is its answer.

#pragma once

#include <utility>

#include "base/error.h"
#include "base/time.h"
#include "broker/call.h"

namespace mailrail::api {

struct HeldBack {
  broker::Decision decision = {};
  Error otherwise;
};

inline HeldBack held_until(Instant place, Error otherwise) {
  return {.decision = {.verdict = broker::Decision::Verdict::wait,
                       .queue = broker::no_queue,
                       .deadline = place},
          .otherwise = std::move(otherwise)};
}

}  // namespace mailrail::api
