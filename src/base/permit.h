// Permit: whether something may still leave the process.
//
// Seam: whoever writes to a socket asks it right before each write, and knows nothing of the
// reason. A process that was stopped for a while may have lost what it was allowed to tell.

#pragma once

namespace mailrail {

class Permit {
 public:
  virtual ~Permit() = default;
  // Any thread.
  virtual bool is_valid() const = 0;
};

}  // namespace mailrail
