#include "ops/replayed_log.h"

#include <utility>

#include <fmt/format.h>

#include "ops/state.h"

namespace mailrail::ops {

void Batch::add(QueueId queue, const engine::KeptMessage& message) {
  wanted_.push_back({.queue = queue, .message = message});
  wanted_.back().message.group = {};  // It need not live as long.
  bytes_ += message.body.length;
}

std::vector<std::string> Batch::names() const {
  std::vector<std::string> names;
  for (const Wanted& each : wanted_)
    names.push_back(name_of(log_.engine, each.queue, each.message.seq));
  return names;
}

std::vector<Result<std::string>> Batch::read() {
  std::vector<log::LogStore::Stretch> stretches;
  for (const Wanted& each : wanted_) {
    const engine::Body& body = each.message.body;
    stretches.push_back({.position = body.position, .length = body.length});
  }
  std::vector<Result<std::string>> bodies = log_.log.read_all(stretches);
  for (std::size_t i = 0; i < bodies.size(); ++i)
    bodies[i] = expect(wanted_[i], std::move(bodies[i]));
  wanted_.clear();
  bytes_ = 0;
  return bodies;
}

Result<std::string> Batch::expect(const Wanted& wanted, Result<std::string> read) const {
  const std::string name = name_of(log_.engine, wanted.queue, wanted.message.seq);
  if (!read) {
    return std::unexpected(Error{
        .kind = read.error().kind,
        .message = fmt::format("The body of {} cannot be read. {}", name, read.error().message)});
  }
  Result<std::string> sent = expect_body(std::move(read), wanted.queue, wanted.message);
  if (sent) return sent;
  const std::string where = "at " + log_.log.place(wanted.message.body.position);
  const std::string what = fmt::format("instead of {} there is {}", name, sent.error().message);
  return std::unexpected(log_.log.error_about({.where = where, .what = what}));
}

std::string name_of(const engine::Engine& engine, QueueId queue, Seq message) {
  const engine::Queue* of = engine.find_queue(queue);
  const std::string name = of == nullptr ? "" : of->name.name;
  return fmt::format("message {} of {}", engine::sequence_number(message),
                     name.empty() ? "a subscription's delivery queue" : "queue " + name);
}

}  // namespace mailrail::ops
