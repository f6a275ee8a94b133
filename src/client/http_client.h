// HttpClient: many HTTP requests to elsewhere at once, on one thread of its own.
//
// Nobody who posts a request waits. Every request ends in one call of its callback, within its
// timeout from when it began: an answer of any status, a redirect too, or a sentence that says why
// there was none. Where it may connect is AddressRules's to say, of every address, whatever the
// name. How much is under way is bounded, whole and for each host; what waits for a place here is
// bounded by who posts it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "client/address_rules.h"
#include "client/http_request.h"

namespace mailrail::client {

struct HttpOutcome {
  int status = 0;               // 0: there was no answer.
  std::string why = {};         // One sentence, if there was none.
  bool was_broken_off = false;  // There was none because it was no longer wanted.
  Headers headers = {};         // Of an answer that is kept,
  std::string body = {};        // with its body.

  friend bool operator==(const HttpOutcome&, const HttpOutcome&) = default;
};

class HttpClient {
 public:
  struct Options {
    AddressRules addresses = {};
    std::size_t requests_max = 256;          // Under way at once.
    std::size_t requests_per_host_max = 32;  // Of these with one host and port.
    Duration connect_timeout = 5s;           // With the look-up of the name and TLS.
    // Of head and body. A longer body is cut off by closing the connection: where it is thrown away
    // its status counts, where it is kept there was no answer.
    std::size_t response_bytes_max = std::size_t{64} << 10;
    Response response = Response::discard;
    std::size_t kept_bytes_max = std::size_t{256} << 20;  // Of all answers that are being kept.
    std::string ca_file = {};  // Whose certificates are trusted. Empty: those of the system.
  };

  using Callback = std::function<void(HttpOutcome)>;

  explicit HttpClient(Options options);

  // Breaks off what is under way and what waits, and tells each "no answer" before it returns.
  ~HttpClient();

  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // From any thread, the callback's too. The callback is called on the client's thread, never from
  // within post(), and must not block: all requests wait meanwhile.
  using Ticket = std::uint64_t;
  Ticket post(HttpRequest request, Callback done);

  // From any thread: breaks that request off, unless it has ended.
  void break_off(Ticket ticket);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace mailrail::client
