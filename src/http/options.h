// What the HTTP server is told at its start: where to listen, and its bounds. Each bound keeps a
// bad client from hurting good ones.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace mailrail::http {

struct Limits {
  std::size_t header_bytes_max = std::size_t{16}
                                 << 10;  // Request line, header and trailer fields. Beyond: 431.
  std::size_t body_bytes_max =
      std::size_t{8}
      << 20;  // A 1 MiB message can be several times that in JSON or form escapes. Beyond: 413.
};

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4566;  // 0: any free one, see Server::port().
  std::uint32_t threads = 2;

  Limits limits = {};
  // Ten thousand long polls, and room for those who wake them. Beyond: 503 and a close.
  std::size_t connections_max = 11'000;
  // For everything else: the log's files, connections to elsewhere.
  std::size_t descriptors_besides = 512;
  std::size_t buffered_bytes_max =
      std::size_t{256}
      << 20;  // Of half-received requests and half-sent replies, all connections together.

  Duration idle_time = 60s;     // Without a request on a connection: it is closed.
  Duration receive_time = 30s;  // From a request's first byte to its last. Beyond: 408.
  Duration send_time = 60s;     // For the client to take a reply. Beyond: a close.
  Duration linger_time =
      2s;  // For the client to close after a last reply, so that it isn't lost to a reset.
};

}  // namespace mailrail::http
