// A closed loop of clients of one peer on one thread, as load/loop.h is of mailrail: each has one
// request outstanding, and sends the next when that is answered. It counts by the same Measure, so
// that figures of both can stand in one table: a request from the warm-up's end on, once it is
// answered whole, and until the last answer.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/client.h"
#include "load/figures.h"

namespace mailrail::bench::peers {

struct Plan {
  std::uint64_t message_count = 0;        // Ends after so many; 0: never.
  std::chrono::milliseconds duration{0};  // Ends after so long; 0: never.
  std::chrono::milliseconds warm_up{0};   // What is begun before isn't counted.
};

struct Outcome {
  load::Measure measure;
  std::uint64_t messages_in_all = 0;  // With those of the warm-up.
  std::uint64_t errors = 0;           // Refusals, and broken connections.
  std::string first_error = {};
  double seconds = 0;  // From the warm-up's end until the last answer that counts.
};

// Ends early, with what it has, once every connection is broken or nothing is answered any more.
Outcome run(const Plan& plan, std::vector<std::unique_ptr<Client>> clients);

}  // namespace mailrail::bench::peers
