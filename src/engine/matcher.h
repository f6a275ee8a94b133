// Matcher: a policy made ready for use, by the service that knows its grammar: which messages a
// subscription gets, or who may send to a queue. Derived from the policy's text, so it is neither
// stored nor replayed; the engine keeps it as long as that text is in force.

#pragma once

#include <cstdint>

namespace mailrail::engine {

class Matcher {
 public:
  virtual ~Matcher() = default;

  virtual std::uint64_t memory_bytes() const = 0;
};

}  // namespace mailrail::engine
