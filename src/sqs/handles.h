// Actions on messages under a receipt handle: deleting them, changing their visibility; one or up
// to ten at a time.
// A standard queue takes any handle it ever gave for a message, a FIFO queue only the one that
// holds the message now.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "sqs/batch_shapes.h"
#include "sqs/message_shapes.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

// What a handle says, or why it says nothing; and what is to be done with it.
struct PreparedHandle {
  std::string id;    // In a batch.
  std::string text;  // As the client sent it.
  std::optional<engine::ReceiptHandle> handle;
  std::optional<Error> error;
  Duration visibility_timeout{0};
  broker::Traffic* traffic = nullptr;
};

struct PreparedHandles {
  TargetQueue queue;
  std::optional<Error> error;  // Of a batch as a whole.
  std::vector<PreparedHandle> entries;
};

struct DeleteMessage {
  static constexpr std::string_view name = "DeleteMessage";
  using Input = DeleteMessageInput;
  using Output = Nothing;
  using Prepared = PreparedHandles;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct DeleteMessageBatch {
  static constexpr std::string_view name = "DeleteMessageBatch";
  using Input = DeleteMessageBatchInput;
  using Output = DeleteMessageBatchOutput;
  using Prepared = PreparedHandles;
  using Decided = std::vector<Result<void>>;  // In the order of the entries.

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& done,
                               const Prepared& prepared,
                               const api::Context&,
                               const api::Bodies&);
};

struct ChangeMessageVisibility {
  static constexpr std::string_view name = "ChangeMessageVisibility";
  using Input = ChangeMessageVisibilityInput;
  using Output = Nothing;
  using Prepared = PreparedHandles;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct ChangeMessageVisibilityBatch {
  static constexpr std::string_view name = "ChangeMessageVisibilityBatch";
  using Input = ChangeMessageVisibilityBatchInput;
  using Output = ChangeMessageVisibilityBatchOutput;
  using Prepared = PreparedHandles;
  using Decided = std::vector<Result<void>>;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& done,
                               const Prepared& prepared,
                               const api::Context&,
                               const api::Bodies&);
};

}  // namespace mailrail::sqs
