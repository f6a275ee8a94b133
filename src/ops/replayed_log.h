// ReplayedLog: a log, and the state that it gave; and what its messages are called.
//
// Their bodies are read in batches: a log that is kept elsewhere fetches each of its frames only
// once for a batch.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "log/log_store.h"

namespace mailrail::ops {

struct ReplayedLog {
  const engine::Engine& engine;  // A replay of all that the log has, founded.
  const log::LogStore& log;
};

// The bodies of some messages of a log.
class Batch {
 public:
  explicit Batch(const ReplayedLog& log) : log_(log) {}

  void add(QueueId queue, const engine::KeptMessage& message);
  bool is_full() const { return wanted_.size() >= count_max || bytes_ >= bytes_max; }
  // "message 10000000000000000018 of queue chat.fifo"
  std::vector<std::string> names() const;
  // Their Sent facts, unharmed, in the order in which they were added; each error is a sentence
  // with the message's name. The batch is empty then.
  std::vector<Result<std::string>> read();

 private:
  static constexpr std::size_t count_max = 256;
  static constexpr std::size_t bytes_max = std::size_t{1} << 20;

  struct Wanted {
    QueueId queue;
    engine::KeptMessage message;
  };
  Result<std::string> expect(const Wanted& wanted, Result<std::string> read) const;

  const ReplayedLog& log_;
  std::vector<Wanted> wanted_;
  std::size_t bytes_ = 0;
};

std::string name_of(const engine::Engine& engine, QueueId queue, Seq message);

}  // namespace mailrail::ops
