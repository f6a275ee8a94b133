// Publish and PublishBatch.
//
// A message is prepared before the engine thread sees it. Which queues get it, and whether it is a
// duplicate, is decided there, and all of them get it in one fact.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "sns/message_shapes.h"
#include "sns/prepared_message.h"
#include "sns/target_topic.h"

namespace mailrail::sns {

struct PublishedMessage {
  TopicId topic;
  Seq publication;
  bool is_fifo = false;
};

struct Publish {
  static constexpr std::string_view name = "Publish";
  using Input = PublishInput;
  using Output = PublishOutput;
  struct Prepared {
    TargetTopic topic;
    PreparedMessage message;
    broker::Traffic* traffic;
    std::optional<Instant> place = {};  // Once the rates of its queues gave it one.
  };
  using Decided = PublishedMessage;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& published,
                               const Prepared&,
                               const api::Context& context,
                               const api::Bodies&);
  static std::size_t payload_bytes(const Prepared& prepared, const Output&) {
    return prepared.message.counted_bytes;
  }
};

struct PublishBatch {
  static constexpr std::string_view name = "PublishBatch";
  using Input = PublishBatchInput;
  using Output = PublishBatchOutput;
  struct Entry {
    std::string id;
    PreparedMessage message;
  };
  struct Prepared {
    TargetTopic topic;
    std::size_t entry_count = 0;
    Result<void> ids;
    std::vector<Entry> entries;
    broker::Traffic* traffic;
    std::optional<Instant> place = {};  // Likewise, of all of them.
  };
  using Decided = std::vector<Result<PublishedMessage>>;  // In the order of the entries.

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& published,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
  static std::size_t payload_bytes(const Prepared& prepared, const Output&);
};

}  // namespace mailrail::sns
