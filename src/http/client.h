// Client: one connection of a worker, and how far it is. Of the worker's own sources alone.
//
// What it holds is bounded: of a request by the limits of requests, of a reply by that reply, of a
// stream by its own bound; and all of it together by what the server may buffer.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "http/request_parser.h"
#include "http/worker.h"

namespace mailrail::http {

struct Worker::Client {
  Client(Key its_key, Arrival arrival, const Tls* tls)
      : key(its_key),
        stream(std::move(arrival.socket), tls),
        door(arrival.door),
        remote_address(std::move(arrival.address)),
        address(arrival.key),
        admission(arrival.admission) {}

  const Key key;
  Stream stream;
  const Door door;
  const std::string remote_address;
  const AddressBook::Key address;
  const Admission admission;
  bool is_in_handshake = false;

  ClientState state = ClientState::idle;
  Steady::time_point deadline;  // Of the state; a handler may take as long as it likes.
  Poller::Wants wants;          // As the poller knows it.
  bool is_served = false;       // serve() is on the stack, and goes on by itself.
  bool has_unread = false;      // More came, or the end, while it was not its turn to be read.

  std::string pending;  // Received, not parsed yet.
  std::optional<RequestParser> parser;
  bool was_told_to_go_on = false;

  std::uint64_t exchange = 0;  // The request that is with the handler.
  Framing framing;
  bool is_head = false;

  const Permit* permit = nullptr;  // Of the answer, if it needs one.
  std::string unsent;              // Of a stream: what there is of it that was not sent.
  std::size_t unsent_begin = 0;

  std::size_t buffered_bytes = 0;  // As counted in the worker's.
};

}  // namespace mailrail::http
