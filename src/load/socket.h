// Socket: a connection to an endpoint, in the open or by TLS. Reading never waits, so one thread
// serves many.
//
// It does as little as it can: a call of the system for each request and each reply.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "load/endpoint.h"

struct ssl_st;
struct ssl_ctx_st;

namespace mailrail::load {

// What the TLS connections to an endpoint share. Nothing, in the open.
class TlsContext {
 public:
  static Result<TlsContext> open(const Endpoint& endpoint);

  ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct Deleter {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Deleter> context_;
};

class Socket {
 public:
  // Waits until it is connected, to the first of the addresses that takes it. The error is of kind
  // unreachable, and the last one's.
  static Result<Socket> connect(const Endpoint& endpoint, const TlsContext& tls);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int descriptor() const { return descriptor_; }

  // Waits until all has left; a request is mostly shorter than the system's buffer. False if the
  // other side has closed, or took nothing for ten seconds.
  bool send(std::string_view bytes);

  enum class End : std::uint8_t { open, closed };
  struct Read {
    std::size_t bytes = 0;  // 0: nothing has come, or nothing ever will.
    End end = End::open;
  };
  Read receive(std::span<char> into);

 private:
  struct Deleter {
    void operator()(ssl_st* session) const;
  };

  explicit Socket(int descriptor) : descriptor_(descriptor) {}

  static Result<Socket> connect_to(const Address& address,
                                   const Endpoint& endpoint,
                                   const TlsContext& tls);
  Result<void> begin_tls(const Endpoint& endpoint, const TlsContext& tls);
  bool wait_for(short events) const;

  int descriptor_ = -1;
  std::unique_ptr<ssl_st, Deleter> session_;  // Null in the open.
};

}  // namespace mailrail::load
