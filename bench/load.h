// A closed loop of clients on one thread: each connection sends a request, waits for the reply, and
// sends the next.
//
// It shares the machine with the server it measures, so it does little: one epoll, prepared bytes
// where they don't change, and no more parsing of a reply than its status, its length, and the
// receipt handles it will need.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/requests.h"

namespace mailrail::bench {

enum class Mode {
  send,            // SendMessage.
  send_batch,      // SendMessageBatch of ten.
  get,             // The bytes of one SendMessage, to a server that answers a constant.
  receive,         // ReceiveMessage of up to `receive_count_max`.
  receive_delete,  // And DeleteMessageBatch.
  publish,         // Publish to a topic.
  cycle,           // Send one, receive it, delete it; only the receive is measured.
};

struct Plan {
  Mode mode = Mode::send;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  MessageShape messages = {};
  int connections = 64;
  int receive_count_max = 10;
  int wait_seconds = 0;
  std::uint64_t message_count = 0;        // Ends after so many; 0: never.
  std::chrono::milliseconds duration{0};  // Ends after so long; 0: never.
  std::chrono::milliseconds warm_up{0};   // What happens before isn't counted.
};

struct Outcome {
  std::vector<std::uint32_t> latencies_us;  // One a measured request, sorted.
  std::uint64_t messages = 0;
  std::uint64_t errors =
      0;  // Replies other than 200, batches with failed entries, broken connections.
  std::string first_error;
  double seconds = 0;
};

// Ends early, with what it has, once every connection is broken.
Outcome run(const Plan& plan);

}  // namespace mailrail::bench
