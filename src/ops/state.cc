#include "ops/state.h"

#include <utility>

#include "base/check.h"
#include "engine/read_back.h"

namespace mailrail::ops {

const engine::CheckpointRecord* StateReader::next() {
  while (next_ == records_.size()) {
    records_.clear();
    next_ = 0;
    run_ = engine_.sweep(sweep_);
    if (!run_) return nullptr;
    const auto decoded = engine::decode_records(
        run_->payload, [&](const engine::CheckpointRecord& record) { records_.push_back(record); });
    CHECK(decoded);  // They were encoded just now.
  }
  return &records_[next_++];
}

Result<void> visit_state(
    const engine::Engine& engine,
    const std::function<Result<void>(const engine::CheckpointRecord&)>& visit) {
  StateReader reader(engine);
  while (const engine::CheckpointRecord* record = reader.next()) TRY(visit(*record));
  return {};
}

Origin origin_of(QueueId queue, const engine::KeptMessage& message) {
  if (!message.delivery) return {.queue = queue, .seq = message.seq};
  return {.queue = message.delivery->origin_queue,
          .seq = message.delivery->origin_seq,
          .redrives = message.delivery->redrives};
}

Result<std::string> expect_body(Result<std::string> read,
                                QueueId queue,
                                const engine::KeptMessage& message) {
  if (!read) return read;
  const Origin origin = origin_of(queue, message);
  const engine::ReceivedMessage wanted{
      .origin_queue = origin.queue, .origin_seq = origin.seq, .share = message.share};
  if (const auto sent = engine::read_sent(*read, wanted); !sent)
    return std::unexpected(sent.error());
  return read;
}

bool is_body_damaged(const engine::KeptMessage& message) {
  return message.is_damaged || (message.share && message.share->is_body_damaged);
}

}  // namespace mailrail::ops
