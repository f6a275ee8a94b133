#include "ops/copy_log.h"

#include <set>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "ops/state.h"
#include "ops/state_writer.h"

namespace mailrail::ops {
namespace {

// "message 10000000000000000018 of queue chat.fifo"
std::string text_of(const engine::Engine& engine,
                    QueueId queue,
                    const engine::KeptMessage& message) {
  const engine::Queue* of = engine.find_queue(queue);
  const std::string name = of == nullptr ? "" : of->name.name;
  return fmt::format("message {} of {}", engine::sequence_number(message.seq),
                     name.empty() ? "a subscription's delivery queue" : "queue " + name);
}

Result<std::string> read_body(const ReplayedLog& from,
                              QueueId queue,
                              const engine::KeptMessage& message) {
  const engine::Body& body = message.body;
  const auto name = [&] { return text_of(from.engine, queue, message); };
  const Result<std::string> read = from.log.read(body.position, body.length);
  if (!read) {
    return std::unexpected(Error{
        .kind = read.error().kind,
        .message = fmt::format("The body of {} cannot be read. {}", name(), read.error().message)});
  }
  Result<std::string> sent = expect_body(read, queue, message);
  if (sent) return sent;
  const std::string where = "at " + from.log.place(body.position);
  const std::string what = fmt::format("instead of {} there is {}", name(), sent.error().message);
  return std::unexpected(from.log.error_about({.where = where, .what = what}));
}

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
  Result<void> copy(engine::KeptMessages messages) {
    for (engine::KeptMessage& each : messages.messages) {
      each.body = TRY(copy_body(messages.queue, each));
      messages_ += 1;
    }
    return writer_.add_record(messages);
  }

  Result<engine::Body> copy_body(QueueId queue, const engine::KeptMessage& message) {
    damaged_ += message.is_damaged ? 1 : 0;
    if (is_body_damaged(message)) return writer_.no_body(message);
    if (const auto known = writer_.shared_body(message)) return *known;
    const std::string sent = TRY(read_body(from_, queue, message));
    TRY(step_(sent.size()));
    return writer_.add_body(queue, message, sent);
  }

  const ReplayedLog& from_;
  StateWriter& writer_;
  const Step& step_;
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
        TRY(compare_bodies(part, *same.message));
      } else if (part.record == nullptr) {
        return {};
      } else {
        TRY(step_(0));
      }
    }
  }

 private:
  std::string name_of(const Parts::Part& part, const Parts::Part& other) const {
    if (part.message != nullptr) return text_of(one_.engine, part.queue, *part.message);
    if (other.message != nullptr) return text_of(other_.engine, other.queue, *other.message);
    return fmt::format("a record of kind {}",
                       (part.record != nullptr ? part : other).record->index());
  }

  Result<void> compare_bodies(const Parts::Part& part, const engine::KeptMessage& same) {
    const engine::KeptMessage& message = *part.message;
    if (is_body_damaged(message)) return {};
    if (message.share && !compared_.insert(message.share->publication).second) return {};
    const std::string mine = TRY(read_body(one_, part.queue, message));
    const std::string theirs = TRY(read_body(other_, part.queue, same));
    if (mine != theirs) return differs("the body of " + text_of(one_.engine, part.queue, message));
    return step_(mine.size());
  }

  const ReplayedLog& one_;
  const ReplayedLog& other_;
  const Step& step_;
  std::set<Seq> compared_;  // Publications.
};

}  // namespace

Result<Copied> copy_log(const ReplayedLog& from,
                        log::LogStore& to,
                        Instant time,
                        const Step& step) {
  StateWriter writer(to, time);
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
