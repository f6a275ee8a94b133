#include "server/read_back.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "api/errors.h"
#include "engine/read_back.h"

namespace mailrail::server {
namespace {

Result<std::string> read(const log::LogStore& log, const engine::ReceivedMessage& message) {
  std::string bytes = TRY(log.read(message.body.position, message.body.length));
  TRY(engine::read_sent(bytes, message));
  return bytes;
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

ReadBack read_back(const log::LogStore& log,
                   const ToRead& wanted,
                   std::vector<log::SharedFrame> frames) {
  ReadBack result;
  std::vector<std::string> bytes(frames.size());
  std::vector<bool> damaged(frames.size());
  for (std::size_t i = 0; i < frames.size() && !result.failure; ++i) {
    if (frames[i] != nullptr) continue;
    const engine::ReceivedMessage& message = wanted.messages[i];
    if (Result<std::string> found = read(log, message)) {
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
      result.failure = Error{
          .kind = &api::errors::internal_failure,
          .message = "A message could not be read back from the log. The server's log says more."};
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

ReadBack read_back(const log::LogStore& log,
                   const api::ApiCall& call,
                   std::vector<log::SharedFrame> frames) {
  const api::Shown shown = call.shown();
  return read_back(log,
                   {.queue = shown.queue,
                    .messages = shown.messages,
                    .bodies = call.bodies(),
                    .leases = call.leases()},
                   std::move(frames));
}

}  // namespace mailrail::server
