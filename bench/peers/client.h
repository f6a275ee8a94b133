// A connection to a peer, as the closed loop drives it: it begins a request, and later hears what
// came of it.
//
// Most peers are spoken to in bytes over TCP (`dialogue.h`); PostgreSQL through libpq, which has
// the socket for itself.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/peers/dialogue.h"

namespace mailrail::bench::peers {

class Client {
 public:
  virtual ~Client() = default;

  // Waits until requests may be begun; otherwise it says why they may not.
  virtual std::string open() = 0;
  virtual int socket() const = 0;

  // False: the connection is gone.
  virtual bool begin() = 0;
  // Whether something has arrived that no event will tell of.
  virtual bool has_more() const { return false; }
  // Once the socket is readable, or has_more().
  virtual Heard hear() = 0;
  // Whether the answer may never come, as the peer sends when it has something.
  virtual bool is_pushed() const { return false; }
};

// To 127.0.0.1.
std::unique_ptr<Client> stream_client(std::uint16_t port, std::unique_ptr<Dialogue> dialogue);

// Where libpq's `conninfo` says, with the password file of the environment. Of a table
// `queue (id bigserial primary key, body text)`.
std::unique_ptr<Client> postgres_client(std::string conninfo, Work work, std::size_t body_bytes);

}  // namespace mailrail::bench::peers
