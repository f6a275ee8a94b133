#include "server/read_back.h"

#include <optional>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "api/errors.h"
#include "engine/read_back.h"

namespace mailrail::server {
namespace {

using Stretches = std::vector<log::LogStore::Stretch>;
using Frames = std::vector<log::SharedFrame>;

// Of the messages for which there is no frame.
Stretches stretches(const ToRead& wanted, const Frames& frames) {
  Stretches stretches;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const engine::Body& body = wanted.messages[i].body;
    if (frames[i] == nullptr)
      stretches.push_back({.position = body.position, .length = body.length});
  }
  return stretches;
}

Error could_not_read() {
  return {.kind = &api::errors::internal_failure,
          .message = "A message could not be read back from the log. The server's log says more."};
}

// `read` has for each stretch its bytes, or why it has none.
ReadBack judge(const log::LogStore& log,
               const ToRead& wanted,
               Frames frames,
               std::vector<Result<std::string>> read) {
  ReadBack result;
  std::vector<std::string> bytes(frames.size());
  std::vector<bool> damaged(frames.size());
  auto next = read.begin();
  for (std::size_t i = 0; i < frames.size() && !result.failure; ++i) {
    if (frames[i] != nullptr) continue;
    Result<std::string>& found = *next++;
    const engine::ReceivedMessage& message = wanted.messages[i];
    if (found) {
      if (const auto sent = engine::read_sent(*found, message); !sent)
        found = std::unexpected(sent.error());
    }
    if (found) {
      bytes[i] = *std::move(found);
    } else if (found.error().kind == &errors::corrupt) {
      raise_alarm(log, DamagedMessage{.queue = *wanted.queue,
                                      .seq = message.seq,
                                      .body = message.body,
                                      .why = found.error()});
      damaged[i] = true;
      result.damaged.push_back(message);
    } else {
      spdlog::error("a message could not be read back: {}", found.error().message);
      result.failure = could_not_read();
    }
  }
  const std::vector<bool> out = engine::left_out(wanted.messages, damaged);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (!out[i]) continue;
    frames[i] = nullptr;
    bytes[i].clear();
    if (!wanted.leases.empty()) result.left_out.push_back(wanted.leases[i]);
  }
  result.bodies = api::Bodies(wanted.bodies, std::move(frames), std::move(bytes));
  return result;
}

ToRead what_to_read(const api::ApiCall& call) {
  const api::Shown shown = call.shown();
  return {.queue = shown.queue,
          .messages = shown.messages,
          .bodies = call.bodies(),
          .leases = call.leases()};
}

}  // namespace

void raise_alarm(const log::LogStore& log, const DamagedMessage& damaged) {
  const engine::QueueName& queue = damaged.queue;
  spdlog::error(
      "damaged message: number {} of queue {}/{}/{}, {} bytes at {}, is given to nobody any more, "
      "because it cannot be read: {}",
      damaged.seq.value(), queue.region, queue.account, queue.name, damaged.body.length,
      log.place(damaged.body.position), damaged.why.message);
}

void raise_alarm(const log::LogStore& log, const DamagedPublication& damaged) {
  spdlog::error(
      "damaged publication: number {}, {} bytes at {}, is given to nobody any more, whichever "
      "queue it is in, because it cannot be read: {}",
      damaged.publication.value(), damaged.body.length, log.place(damaged.body.position),
      damaged.why.message);
}

ReadBack read_back(const log::LogStore& log, const ToRead& wanted, Frames frames) {
  std::vector<Result<std::string>> read = log.read_all(stretches(wanted, frames));
  return judge(log, wanted, std::move(frames), std::move(read));
}

ReadBack read_back(const log::LogStore& log, const api::ApiCall& call, Frames frames) {
  return read_back(log, what_to_read(call), std::move(frames));
}

std::optional<ReadBack> read_back_cached(const log::LogStore& log,
                                         const api::ApiCall& call,
                                         const Frames& frames) {
  const ToRead wanted = what_to_read(call);
  auto read = log.read_cached(stretches(wanted, frames));
  if (!read) return std::nullopt;
  return judge(log, wanted, frames, *std::move(read));
}

}  // namespace mailrail::server
