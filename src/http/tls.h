// TLS on the server's side, by OpenSSL: a certificate that may be replaced while the server runs,
// and the sessions that are greeted with it.
//
// A session never waits: it reads and writes what the socket has and takes, and says what it waits
// for. Not a byte leaves without the permit of the answer that it is part of, asked right before
// each system call. A session goes on with the certificate that it was greeted with.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/permit.h"
#include "base/result.h"

// OpenSSL's own headers stay in tls.cc.
struct ssl_ctx_st;
struct ssl_st;

namespace mailrail::http {

class TlsSession {
 public:
  enum class Outcome : std::uint8_t {
    done,
    wants_to_read,   // Until there is something to read,
    wants_to_write,  // or room to write.
    was_plain_http,  // The client speaks HTTP without TLS.
    ended,
  };
  struct Transfer {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  // The socket outlives it.
  TlsSession(ssl_ctx_st* context, int socket);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Takes part in the handshake until that is done.
  Transfer read(std::span<char> into);
  bool is_established() const;

  // Takes as much as the socket does. What it didn't take must come again, and nothing else.
  Transfer write(std::string_view first, std::string_view second, const Permit* permit);

  // Tells the client that this is the end, if there is room for that.
  void finish_sending();

  // What OpenSSL calls.
  int receive(char* into, std::size_t bytes) const;
  int send(const char* from, std::size_t bytes) const;

 private:
  Transfer transfer(int returned, std::size_t bytes) const;

  ssl_st* const ssl_;
  const int socket_;
  const Permit* permit_ = nullptr;  // Of what is being written.
};

struct TlsFiles {
  std::string certificate;  // PEM: the server's, then those that lead to its root.
  std::string key;          // PEM, without a password.
};

class Tls {
 public:
  // Refuses, with one sentence, files that are no certificate and its key.
  static Result<std::unique_ptr<Tls>> open(TlsFiles files);

  // Any thread.
  std::unique_ptr<TlsSession> greet(int socket) const;
  std::chrono::sys_seconds valid_until() const;

  // From one thread at a time. New sessions get what the files hold now; if that is no good, they
  // go on with what they had, and the error says why.
  Result<void> reload();
  // The same, if the files have changed since the last look. Whether they had.
  enum class Look : std::uint8_t { same, renewed };
  Result<Look> look();

 private:
  struct Loaded;
  explicit Tls(TlsFiles files);
  std::shared_ptr<const Loaded> loaded() const;

  const TlsFiles files_;
  std::string stamp_;         // Changes with the files.
  mutable std::mutex mutex_;  // Of what follows.
  std::shared_ptr<const Loaded> loaded_;
};

}  // namespace mailrail::http
