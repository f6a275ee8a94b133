// Sessions: who has logged in to the console, and on whose behalf its requests are.
//
// Whoever shows an access key gets a token, which a browser keeps as a cookie and no script sees.
// With a header that no form and no foreign page can send it stands in the place of a signature,
// and what it may do is what its key may do now: a session ends with its key, after twelve hours,
// and with the process. Requests that are not the console's are the authenticator's. Any thread may
// ask; how many sessions there are, and how often somebody may try, is bounded.

#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.h"
#include "base/error.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "console/login_limiter.h"
#include "console/options.h"
#include "http/message.h"

namespace mailrail::console {

namespace errors {

inline constexpr ErrorKind too_many_attempts{.name = "ThrottlingException",
                                             .query_code = "Throttling",
                                             .http_status = 429,
                                             .origin = ErrorOrigin::framework};

}  // namespace errors

class Sessions {
 public:
  static constexpr Duration lasts = 12h;
  static constexpr std::size_t sessions_max = 1'000;
  static constexpr std::size_t of_key_max = 20;
  // Which, with the value 1, a request of the console has; and by which it may say where its queues
  // are, other than where the server is at home.
  static constexpr std::string_view header = "X-Mailrail-Console";
  static constexpr std::string_view region_header = "X-Mailrail-Region";

  struct Parts {
    const auth::Authenticator& authenticator;
    auth::TellTime now;
    Random& random;  // Fit for secrets; used under the mutex.
  };
  Sessions(const Parts& parts, const Options& options) : parts_(parts), options_(options) {}

  // Before the first request: the port by which the cookie is told from others'.
  void name_cookie_after(std::uint16_t port);
  const std::string& cookie_name() const { return cookie_name_; }

  // On whose behalf a request is, the console's or any other.
  Result<auth::Caller> authenticate(const http::Request& request);
  // Of one that came in by the console.
  Result<auth::Caller> caller_of(const http::Request& request);
  bool is_of_console(const http::Request& request) const;

  // The token of a new session.
  Result<std::string> begin(const auth::Credentials& credentials, std::string_view address);
  void end(const http::Request& request);
  bool has_keys() const { return parts_.authenticator.has_keys(); }

 private:
  struct Session {
    std::string hash;  // Of its token, which is nowhere.
    auth::Authenticator::Shown key;
    Instant begun;
  };
  using Place = std::list<Session>::iterator;

  Result<auth::Caller> holder_of(const http::Request& request);
  std::optional<std::string> token_hash_of(const http::Request& request) const;
  void make_room_for(const std::string& key_id);
  void erase(Place session);
  auth::Caller narrowed(auth::Caller caller) const;

  const Parts parts_;
  const Options options_;
  std::string cookie_name_ = "mailrail";

  std::mutex mutex_;  // Of those below.
  LoginLimiter limiter_;
  std::list<Session> sessions_;  // The oldest first.
  std::map<std::string, Place, std::less<>> by_hash_;
};

}  // namespace mailrail::console
