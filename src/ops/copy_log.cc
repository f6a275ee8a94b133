#include "ops/copy_log.h"

#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "ops/state.h"

namespace mailrail::ops {
namespace {

class Copier {
 public:
  Copier(const ReplayedLog& from, StateWriter& writer, const Step& step)
      : from_(from), writer_(writer), step_(step) {}

  Result<void> copy(const engine::CheckpointRecord& record) {
    if (const auto* begin = std::get_if<engine::CheckpointBegin>(&record))
      return writer_.begin(*begin);
    if (const auto* messages = std::get_if<engine::KeptMessages>(&record)) return copy(*messages);
    TRY(step_(0));
    return writer_.add_record(record);
  }

  std::uint64_t messages() const { return messages_; }
  std::uint64_t damaged() const { return damaged_; }

 private:
  // A batch of bodies at a time.
  Result<void> copy(engine::KeptMessages messages) {
    std::span<engine::KeptMessage> left = messages.messages;
    while (!left.empty()) {
      Batch batch(from_);
      std::size_t count = 0;
      for (; count < left.size() && !batch.is_full(); ++count) {
        if (has_to_be_read(left[count])) batch.add(messages.queue, left[count]);
      }
      TRY(copy_bodies(messages.queue, left.first(count), batch.read()));
      left = left.subspan(count);
    }
    return writer_.add_record(messages);
  }

  bool has_to_be_read(const engine::KeptMessage& message) {
    if (is_body_damaged(message)) return false;
    return !message.share || read_.insert(message.share->publication).second;
  }

  Result<void> copy_bodies(QueueId queue,
                           std::span<engine::KeptMessage> messages,
                           std::vector<Result<std::string>> bodies) {
    auto body = bodies.begin();
    for (engine::KeptMessage& each : messages) {
      messages_ += 1;
      damaged_ += each.is_damaged ? 1 : 0;
      if (is_body_damaged(each)) {
        each.body = writer_.no_body(each);
      } else if (const auto known = writer_.shared_body(each)) {
        each.body = *known;
      } else {
        const std::string sent = TRY(std::move(*body++));
        TRY(step_(sent.size()));
        each.body = TRY(writer_.add_body(queue, each, sent));
      }
    }
    return {};
  }

  const ReplayedLog& from_;
  StateWriter& writer_;
  const Step& step_;
  std::set<Seq> read_;  // Publications.
  std::uint64_t messages_ = 0;
  std::uint64_t damaged_ = 0;
};

// A state in its smallest parts: runs of messages may be cut differently in the other.
class Parts {
 public:
  explicit Parts(const engine::Engine& engine) : reader_(engine) {}

  struct Part {
    QueueId queue = {};
    const engine::KeptMessage* message = nullptr;      // One of these two.
    const engine::CheckpointRecord* record = nullptr;  // Neither: the end.
  };

  // Holds until the next call.
  Part next() {
    while (messages_ == nullptr || next_ == messages_->messages.size()) {
      const engine::CheckpointRecord* record = reader_.next();
      messages_ = record == nullptr ? nullptr : std::get_if<engine::KeptMessages>(record);
      next_ = 0;
      if (messages_ == nullptr) return {.record = record};
    }
    return {.queue = messages_->queue, .message = &messages_->messages[next_++]};
  }

 private:
  StateReader reader_;
  const engine::KeptMessages* messages_ = nullptr;
  std::size_t next_ = 0;
};

// All that is to be the same.
std::string bytes_of(const Parts::Part& part) {
  std::string bytes;
  if (part.message != nullptr) {
    engine::KeptMessage message = *part.message;
    message.body.position = {};
    engine::encode_record(engine::KeptMessages{.queue = part.queue, .messages = {message}}, bytes);
  } else if (part.record != nullptr) {
    engine::encode_record(*part.record, bytes);
  }
  return bytes;
}

std::unexpected<Error> differs(std::string_view what) {
  return fail(errors::corrupt,
              fmt::format("The copy is not the same: {} differs. That is a fault of mailrail or of "
                          "the disk: do not use the copy.",
                          what));
}

class Comparer {
 public:
  Comparer(const ReplayedLog& one, const ReplayedLog& other, const Step& step)
      : one_(one), other_(other), step_(step) {}

  Result<void> compare() {
    Parts mine(one_.engine);
    Parts theirs(other_.engine);
    for (;;) {
      const Parts::Part part = mine.next();
      const Parts::Part same = theirs.next();
      if (bytes_of(part) != bytes_of(same)) return differs(name_of(part, same));
      if (part.message != nullptr) {
        TRY(compare_body(part.queue, *part.message, *same.message));
      } else if (part.record == nullptr) {
        return compare_batch();
      } else {
        TRY(step_(0));
      }
    }
  }

 private:
  std::string name_of(const Parts::Part& part, const Parts::Part& other) const {
    if (part.message != nullptr) return ops::name_of(one_.engine, part.queue, part.message->seq);
    if (other.message != nullptr)
      return ops::name_of(other_.engine, other.queue, other.message->seq);
    return fmt::format("a record of kind {}",
                       (part.record != nullptr ? part : other).record->index());
  }

  Result<void> compare_body(QueueId queue,
                            const engine::KeptMessage& message,
                            const engine::KeptMessage& same) {
    if (is_body_damaged(message)) return {};
    if (message.share && !compared_.insert(message.share->publication).second) return {};
    mine_.add(queue, message);
    theirs_.add(queue, same);
    return mine_.is_full() ? compare_batch() : Result<void>();
  }

  Result<void> compare_batch() {
    const std::vector<std::string> names = mine_.names();
    std::vector<Result<std::string>> mine = mine_.read();
    std::vector<Result<std::string>> theirs = theirs_.read();
    for (std::size_t i = 0; i < mine.size(); ++i) {
      const std::string one = TRY(std::move(mine[i]));
      const std::string other = TRY(std::move(theirs[i]));
      if (one != other) return differs("the body of " + names[i]);
      TRY(step_(one.size()));
    }
    return {};
  }

  const ReplayedLog& one_;
  const ReplayedLog& other_;
  const Step& step_;
  Batch mine_{one_};
  Batch theirs_{other_};
  std::set<Seq> compared_;  // Publications.
};

}  // namespace

Result<Copied> copy_log(const ReplayedLog& from,
                        log::LogStore& to,
                        const StateWriterOptions& options,
                        const Step& step) {
  StateWriter writer(to, options);
  Copier copier(from, writer, step);
  TRY(visit_state(from.engine,
                  [&](const engine::CheckpointRecord& record) { return copier.copy(record); }));
  TRY(writer.finish());
  return Copied{.queues = from.engine.queue_names().size(),
                .topics = from.engine.topics().all().size(),
                .messages = copier.messages(),
                .damaged = copier.damaged(),
                .body_bytes = writer.body_bytes()};
}

Result<void> expect_same(const ReplayedLog& one, const ReplayedLog& other, const Step& step) {
  return Comparer(one, other, step).compare();
}

}  // namespace mailrail::ops
