// What the HTTP server is told at its start: where to listen, and its bounds. Each bound keeps a
// bad client from hurting good ones.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http/message.h"

namespace mailrail::http {

class Tls;

// One place where clients come in.
struct Listener {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4566;  // 0: any free one, see Server::port().
  Door door = Door::all;
  std::optional<int> socket = {};      // Listens already; it becomes the server's to close.
  std::string_view flag = "--listen";  // By which an operator says another place.
};

// Bounds for each address from which clients come: of IPv6, each /64.
struct AddressLimits {
  enum class Loopback : std::uint8_t { exempt, counted };

  std::size_t connections_max = 2'000;    // Beyond: 503 and a close.
  std::uint32_t requests_per_second = 0;  // 0: no bound. Beyond: the handler is told.
  Loopback loopback = Loopback::exempt;   // Often one proxy for many clients.
};

struct Limits {
  std::size_t header_bytes_max = std::size_t{16}
                                 << 10;  // Request line, header and trailer fields. Beyond: 431.
  std::size_t body_bytes_max =
      std::size_t{8}
      << 20;  // A 1 MiB message can be several times that in JSON or form escapes. Beyond: 413.
};

struct Options {
  std::vector<Listener> listeners = {{}};
  Tls* tls = nullptr;  // If there is one, all listeners speak TLS. It outlives the server.
  std::uint32_t threads = 2;

  Limits limits = {};
  // Ten thousand long polls, and room for those who wake them. Beyond: 503 and a close.
  std::size_t connections_max = 11'000;
  // For everything else: the log's files, connections to elsewhere.
  std::size_t descriptors_besides = 512;
  std::size_t buffered_bytes_max =
      std::size_t{256}
      << 20;  // Of half-received requests and half-sent replies, all connections together.

  // Of one answer that has no end, what its client has not taken yet. Beyond, pieces are refused.
  std::size_t stream_bytes_max = std::size_t{256} << 10;

  AddressLimits addresses = {};
  // TLS handshakes under way, of each thread. Beyond, the oldest one is broken off.
  std::size_t handshakes_max = 500;

  Duration handshake_time = 10s;  // From the connection to the end of the TLS handshake.
  Duration idle_time = 60s;       // Without a request on a connection: it is closed.
  Duration receive_time = 30s;    // From a request's first byte to its last. Beyond: 408.
  Duration send_time = 60s;       // For the client to take a reply. Beyond: a close.
  Duration linger_time =
      2s;  // For the client to close after a last reply, so that it isn't lost to a reset.
};

}  // namespace mailrail::http
