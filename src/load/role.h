// Role: what one connection does in a run, as the loop asks: which request comes next, and what
// came of the last one.
//
// A connection has one request under way at a time, as a thread with an SDK has.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "load/reply.h"
#include "load/schedule.h"

namespace mailrail::load {

struct Step {
  enum class Kind : std::uint8_t { ask, wait, over };
  Kind kind = Kind::over;
  std::string request = {};  // To ask now,
  Time until = {};           // or to wait, and be asked again.
};

class Role {
 public:
  virtual ~Role() = default;

  virtual Step next(Time now) = 0;
  virtual void on_reply(const Reply& reply, Time now) = 0;

  // There is no reply, and will be none. Whether the request was carried out nobody knows.
  virtual void on_broken(std::string_view why) = 0;

  // Likewise, and there is no connection any more: it is not asked again.
  virtual void on_gone(std::string_view why) = 0;
};

}  // namespace mailrail::load
