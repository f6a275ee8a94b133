// SendMessage and SendMessageBatch.
//
// A message is validated, encoded and digested before the engine thread sees it; what depends on
// its queue (size limit, FIFO rules, deduplication) is decided there.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "sqs/batch_shapes.h"
#include "sqs/message_shapes.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

// One message, ready to be recorded, or what is wrong with it.
struct PreparedMessage {
  std::optional<Error> error;
  std::string record;  // At first without the digest of its body.
  std::size_t body_bytes = 0;
  std::size_t counted_bytes = 0;
  std::optional<Duration> delay;
  std::optional<std::string> group;
  std::optional<std::string> deduplication_id;
  std::string content_hash;  // Stands in for the deduplication id where the queue says so.
  std::optional<std::string> md5_of_attributes;
  std::optional<std::string> md5_of_system_attributes;
};

// What the engine made of it.
struct SentMessage {
  engine::SendResult result;
  bool is_fifo = false;
};

struct SendMessage {
  static constexpr std::string_view name = "SendMessage";
  using Input = SendMessageInput;
  using Output = SendMessageOutput;
  using Decided = SentMessage;
  struct Prepared {
    TargetQueue queue;
    PreparedMessage message;
    std::optional<Instant> place = {};  // When the queue's rate lets it in.
  };

  static Prepared prepare(Input input, const api::Context& context);
  static void add_texts(Prepared& prepared, Md5Batch& batch);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& sent,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
  static std::size_t payload_bytes(const Prepared& prepared, const Output&) {
    return prepared.message.counted_bytes;
  }
};

struct SendMessageBatch {
  static constexpr std::string_view name = "SendMessageBatch";
  using Input = SendMessageBatchInput;
  using Output = SendMessageBatchOutput;
  using Decided = std::vector<Result<SentMessage>>;  // In the order of the entries.
  struct Entry {
    std::string id;
    PreparedMessage message;
  };
  struct Prepared {
    TargetQueue queue;
    std::optional<Error> error;  // Of the batch as a whole.
    std::vector<Entry> entries;
    std::optional<Instant> place = {};  // When the queue's rate lets them in.
  };

  static Prepared prepare(Input input, const api::Context& context);
  static void add_texts(Prepared& prepared, Md5Batch& batch);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& sent,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
  static std::size_t payload_bytes(const Prepared& prepared, const Output&);
};

}  // namespace mailrail::sqs
