// Outgoing: messages on their way to a queue, in the batches that AWS takes.
//
// A message can be read from a line of JSON as `receive`, `peek` and `export` print it, so that
// what one command tells another one sends.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/client.h"
#include "sqs/batch_shapes.h"
#include "sqs/message_shapes.h"

namespace mailrail::cli {

using Outgoing = sqs::SendMessageBatchRequestEntry;

// Its members by AWS's names, of the message that came or of the one to send. The error says what
// is wrong with the line, and is of kind usage.
Result<Outgoing> outgoing_of(std::string_view line);

// A message that was received, to send it on: with its group, its attributes and its trace header.
Outgoing outgoing_of(const sqs::Message& message);

class Batch {
 public:
  // Whether AWS would take it together with those that are there.
  bool has_room_for(const Outgoing& message) const;

  void add(Outgoing message);
  bool is_empty() const { return messages_.empty(); }
  std::size_t size() const { return messages_.size(); }

  // All at once, and is empty then. On a FIFO queue trying again does no harm.
  Result<sqs::SendMessageBatchOutput> send(client::Client& client, const std::string& queue_url);

 private:
  std::vector<Outgoing> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace mailrail::cli
