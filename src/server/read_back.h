// ReadBack: the bodies of one answer, those that memory has no more read from the log and verified.
//
// A damaged message is left out of the answer, on a FIFO queue with all that is behind it in its
// conversation, and an error in the server's log says where it lies. A disk that fails to read
// proves nothing about what is on it: then there is no answer but an error. Whoever else finds a
// damaged message raises the same alarm.

#pragma once

#include <optional>
#include <span>
#include <vector>

#include "api/api_call.h"
#include "log/log_store.h"

namespace mailrail::server {

struct ReadBack {
  api::Bodies bodies;
  std::vector<engine::ReceivedMessage> damaged;  // To be marked as such.
  // Leases of all that is left out, unless another answer may have told them.
  std::vector<engine::ReceiptHandle> left_out;
  std::optional<Error> failure;
};

struct DamagedMessage {
  const engine::QueueName& queue;
  Seq seq;
  engine::Body body;
  const Error& why;
};
void raise_alarm(const log::LogStore& log, const DamagedMessage& damaged);
// Of all messages that it became.
struct DamagedPublication {
  Seq publication;
  engine::Body body;
  const Error& why;
};
void raise_alarm(const log::LogStore& log, const DamagedPublication& damaged);

// What an answer shows, one body for each message, and the leases that it hands out.
struct ToRead {
  const engine::QueueName* queue = nullptr;
  std::span<const engine::ReceivedMessage> messages;
  std::span<const engine::Body> bodies;
  std::vector<engine::ReceiptHandle> leases;
};

// `frames` has for each body the frame that holds it, or null.
ReadBack read_back(const log::LogStore& log,
                   const ToRead& wanted,
                   std::vector<log::SharedFrame> frames);
ReadBack read_back(const log::LogStore& log,
                   const api::ApiCall& call,
                   std::vector<log::SharedFrame> frames);
// The same without waiting for the log; nothing if that cannot be.
std::optional<ReadBack> read_back_cached(const log::LogStore& log,
                                         const api::ApiCall& call,
                                         const std::vector<log::SharedFrame>& frames);

}  // namespace mailrail::server
