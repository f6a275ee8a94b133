// The HTTP/1.1 server: N threads, each with an event loop and the connections it alone owns.
//
// A request goes to the Handler whole, on the thread of its connection, and the connection waits
// until it is answered there: at once or in twenty seconds, at the price of a socket and some
// hundred bytes. One request of a connection is with the handler at a time, so pipelined ones are
// answered in order. Bad clients get the right status and a close; everything a client can make the
// server hold has a limit in Options.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/permit.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"
#include "http/options.h"

namespace mailrail::http {

// One request that waits for its answer. An id whose client has gone, or that was answered, matches
// nothing any more.
struct ExchangeId {
  std::uint32_t thread = 0;  // The HTTP thread that owns the connection.
  std::uint32_t slot = 0;    // The connection's place on that thread.
  std::uint64_t generation = 0;

  friend bool operator==(const ExchangeId&, const ExchangeId&) = default;
};

// All are called on the exchange's HTTP thread, or that which is said, and must not block: all its
// connections wait meanwhile.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_request(ExchangeId exchange, Request request) = 0;

  // The client closed, or stopped sending, before its request was answered; or a stream has ended,
  // unless by end_stream(). At most once an exchange; no answer gets through.
  virtual void on_gone(ExchangeId exchange) = 0;

  // That was the last of the requests that came together, or the only one. What a handler kept, to
  // do it for all of them, it does now; there may be none. An answer from here may let another
  // request of its connection in, and that batch ends before this call returns.
  virtual void on_batch_end(std::uint32_t /*thread*/) {}
};

class Server {
 public:
  // Takes the ports; clients queue up there until start(). The handler must outlive the server.
  static Result<std::unique_ptr<Server>> open(const Options& options, Handler& handler);

  // The handler gets requests from now on, and may answer them. Call it once.
  void start();

  // Drops every connection that is still there.
  ~Server();

  // Of the listeners in their order in the options.
  std::uint16_t port(std::size_t listener = 0) const;
  std::uint32_t threads() const;
  // Open ones, now. Any thread.
  std::size_t connections() const;

  // Any thread: runs `work` on that HTTP thread, in order of posting. One wake-up each, so post a
  // batch of answers at once.
  void post(std::uint32_t thread, std::function<void()> work);

  // On the exchange's thread. False if the client is gone, so that a lease can be given back. With
  // a permit, which must outlive the connection, not a byte leaves without it: the connection is
  // closed instead.
  bool answer(ExchangeId exchange, Response response, const Permit* permit = nullptr);

  // On the exchange's thread, instead of an answer: one that goes on piece by piece until somebody
  // ends it or its connection. The body of `head` is its first piece. False if the client is gone.
  bool begin_stream(ExchangeId exchange, Response head, const Permit* permit = nullptr);
  // Likewise. A piece goes out whole or not at all: where the client has left too much untaken it
  // is refused, so a slow reader costs no memory. One piece may be longer than the bound.
  enum class Pushed : std::uint8_t { taken, refused, gone };
  Pushed push(ExchangeId exchange, std::string_view piece);
  // What was taken is still sent.
  void end_stream(ExchangeId exchange);

  // From a thread that is none of HTTP's: asks a handler as a client would, but by the process's
  // own door and without a connection. Waits for the answer, and until the handler has been left.
  Response ask(Handler& handler, Request request);

  // Any thread: on that HTTP thread, in order of posting, closes every connection whose request was
  // not answered, or whose answer under a permit is still being sent, and every stream. The handler
  // is not told.
  void drop_unanswered(std::uint32_t thread, std::vector<ExchangeId> except);

  // Graceful shutdown, from any thread but the HTTP threads'. First: no new connections, idle ones
  // are closed, streams end, and every answer from now on closes its connection.
  void stop_accepting();
  // Then: waits until every request has been answered. False if `patience` ended before.
  bool drain(Duration patience);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace mailrail::http
