// SharedLog: a LogStore that several processes can open. One owns it, the others follow it.
//
// Opening only reads. A follower learns the owner's frames by follow() and can take the log over at
// any time: every owner before is fenced from then on, also one that slept meanwhile. When a
// follower should try is decided elsewhere, and nothing but time is lost if it was wrong. A log
// that is out of reach is an error of kind `unreachable`: try again, nothing is wrong with it.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "log/log_store.h"

namespace mailrail::errors {
inline constexpr ErrorKind unreachable{
    .name = "Unreachable", .query_code = "Unreachable", .http_status = 503};
}  // namespace mailrail::errors

namespace mailrail::log {

struct LogOwner {
  std::string node;     // Which one: a name that no other process has.
  std::string address;  // Where it takes calls, as HOST:PORT.

  friend bool operator==(const LogOwner&, const LogOwner&) = default;
};

// Who may append.
struct Lease {
  std::uint64_t epoch = 0;             // One more with every owner.
  std::uint64_t beats = 0;             // One more with every renewal of any owner.
  std::optional<LogOwner> owner = {};  // None if the last one gave the log back.

  friend bool operator==(const Lease&, const Lease&) = default;
};

// What moves while the owner lives.
struct SignsOfLife {
  Lease lease;
  Position log_end;

  friend bool operator==(const SignsOfLife&, const SignsOfLife&) = default;
};

// What one look at the log showed.
struct Followed {
  Lease lease;
  Position log_end;          // Behind the newest frame there is.
  std::uint64_t behind = 0;  // Bytes of the log that were not visited yet.
  // What comes next was trimmed, or what was visited is not in the log any more: throw the state
  // away, open the log again and begin with its checkpoint.
  bool is_void = false;

  SignsOfLife signs() const { return {.lease = lease, .log_end = log_end}; }
};

class SharedLog : public LogStore {
 public:
  // Visits frames behind those that scan() and follow() have visited, some megabytes at most. Not
  // by an owner. After an error of kind `unreachable` it may be asked again; after any other,
  // `visit`'s too, the log is of no use any more.
  virtual Result<Followed> follow(const std::function<Result<void>(const Frame&)>& visit) = 0;

  // Makes this the owner if the lease still is what was seen; no owner before can append any more,
  // and none of its appends is under way. False if the lease has changed. Afterwards follow() until
  // nothing is behind; then this may append.
  virtual Result<bool> take_over(const Lease& seen, const LogOwner& owner) = 0;

  // Shows the others that the owner lives. By the appending thread, when nothing was appended for
  // some time.
  virtual Appended renew() = 0;

  // Sentences for the operator about what comes near a limit of the place that the log is kept in.
  // By the appending thread, now and then.
  virtual std::vector<std::string> warnings() = 0;

  // Of this owner.
  virtual std::uint64_t epoch() const = 0;
};

}  // namespace mailrail::log
