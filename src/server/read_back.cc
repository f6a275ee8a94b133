#include "server/read_back.h"

#include <optional>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "api/errors.h"
#include "engine/read_back.h"

namespace mailrail::server {
namespace {

// Of each message for which there is no frame: its bytes, or why it has none.
std::vector<std::optional<Result<std::string>>> read(const log::LogStore& log,
                                                     const ToRead& wanted,
                                                     const std::vector<log::SharedFrame>& frames) {
  std::vector<log::LogStore::Stretch> stretches;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const engine::Body& body = wanted.messages[i].body;
    if (frames[i] == nullptr)
      stretches.push_back({.position = body.position, .length = body.length});
  }
  std::vector<Result<std::string>> read = log.read_all(stretches);
  std::vector<std::optional<Result<std::string>>> all(frames.size());
  auto next = read.begin();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i] != nullptr) continue;
    Result<std::string>& bytes = all[i].emplace(std::move(*next++));
    if (!bytes) continue;
    const auto sent = engine::read_sent(*bytes, wanted.messages[i]);
    if (!sent) bytes = std::unexpected(sent.error());
  }
  return all;
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
  std::vector<std::optional<Result<std::string>>> read_now = read(log, wanted, frames);
  for (std::size_t i = 0; i < frames.size() && !result.failure; ++i) {
    if (!read_now[i]) continue;
    Result<std::string>& found = *read_now[i];
    const engine::ReceivedMessage& message = wanted.messages[i];
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
