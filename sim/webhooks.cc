#include "sim/webhooks.h"

#include <algorithm>

#include "base/check.h"
#include "delivery/limits.h"

namespace mailrail::sim {
namespace {

using broker::Decision;

// Above those of clients.
constexpr std::uint64_t first_number = std::uint64_t{1} << 62;

std::string token_in(const std::string& body) {
  constexpr std::string_view before = "\"Token\" : \"";
  const std::size_t found = body.find(before);
  if (found == std::string::npos) return {};
  const std::size_t begin = found + before.size();
  return body.substr(begin, body.find('"', begin) - begin);
}

}  // namespace

Decision CourierCall::decide(engine::Engine& engine, engine::Turn& turn) {
  if (!command_) return call_->decide(engine, turn);
  judge_.asking(*command_, turn.facts, turn.now);
  const Decision decision = call_->decide(engine, turn);
  reply_ = {};
  if (const auto* take = dynamic_cast<const delivery::Take*>(call_.get())) {
    const engine::Queue* queue = engine.delivery_queue(take->subscription());
    if (queue == nullptr) reply_.outcome = Outcome::no_such_queue;
    if (queue != nullptr) reply_.queue = queue->id;
    reply_.received.messages.assign(take->messages().begin(), take->messages().end());
  }
  const Ledger::End end = decision.verdict == Decision::Verdict::answer ? Ledger::End::answered
                          : decision.verdict == Decision::Verdict::wait ? Ledger::End::waits
                                                                        : Ledger::End::asks_again;
  judge_.asked(*command_, reply_, end, turn.facts);
  return decision;
}

Webhooks::Webhooks(const World& world, const engine::Identity& identity, const log::LogStore& log)
    : world_(world),
      log_(log),
      life_(world.endpoints.begin_life()),
      courier_(identity, world.signer, world.random, *this) {
  courier_.start();
}

void Webhooks::advance(Instant now) {
  now_ = now;
  for (const Endpoints::Answer& each : world_.endpoints.take_answers(life_, now))
    respond(each.number, each.status, now);
  courier_.advance(now);
}

void Webhooks::respond(std::uint64_t request, std::optional<int> status, Instant now) {
  auto answered = under_way_.extract(request);
  answered.mapped().status = status;
  pending_ = {answered.mapped()};
  courier_.responded(
      request, {.status = status.value_or(0), .why = "no answer", .was_broken_off = !status}, now);
  pending_.clear();
}

std::optional<Instant> Webhooks::next_due(Instant now) const {
  if (!calls_.empty()) return now;
  const std::optional<Instant> courier = courier_.next_due();
  const std::optional<Instant> endpoints = world_.endpoints.next_due();
  if (!courier || !endpoints) return courier ? courier : endpoints;
  return std::min(*courier, *endpoints);
}

void Webhooks::stop(Instant now) {
  courier_.stop();
  if (world_.random.below(2) == 0) return;
  world_.endpoints.hang_up(life_);
  while (!under_way_.empty()) respond(under_way_.begin()->first, std::nullopt, now);
}

// --- What the courier asks the server.

void Webhooks::submit(std::unique_ptr<delivery::Call> call) {
  std::optional<Command> command = command_for(*call);
  const std::uint64_t number = first_number + ++calls_made_;
  if (command) {
    command->number = number;
    world_.judge.submitted(*command, now_);
  }
  calls_.push_back(
      std::make_unique<CourierCall>(number, std::move(command), std::move(call), world_.judge));
}

std::optional<Command> Webhooks::command_for(const delivery::Call& call) {
  Command command;
  if (const auto* take = dynamic_cast<const delivery::Take*>(&call)) {
    command.action = Action::take;
    command.pushed = take->subscription();
    command.count_max = delivery::requests_per_subscription_max;
    command.visibility_timeout = delivery::lease;
    return command;
  }
  if (dynamic_cast<const delivery::Settle*>(&call) == nullptr) return std::nullopt;
  CHECK(!pending_.empty());
  if (!pending_.front().status && !pending_.front().was_posted)
    world_.judge.meet("a lease would have ended under a request");
  command.action = Action::settle;
  command.handle = pending_.front().handle;
  command.status = pending_.front().status;
  pending_.pop_front();
  return command;
}

void Webhooks::release(std::unique_ptr<CourierCall> call,
                       std::vector<log::SharedFrame> frames,
                       Instant now) {
  if (call->command()) world_.judge.released(*call->command(), call->reply());
  Reading reading{.call = std::move(call), .frames = std::move(frames), .holds = {}};
  for (std::size_t i = 0; i < reading.frames.size(); ++i) {
    if (reading.frames[i] == nullptr)
      reading.holds.push_back(log_.hold(reading.call->bodies()[i].position));
  }
  if (reading.holds.empty()) return leave(std::move(reading), now);
  readings_.push_back(std::move(reading));
}

void Webhooks::read_next(Instant now) {
  Reading reading = std::move(readings_.front());
  readings_.pop_front();
  leave(std::move(reading), now);
}

// A disk that fails to read proves nothing: such a message is tried again when its lease ends.
void Webhooks::leave(Reading reading, Instant now) {
  now_ = now;
  delivery::Call& call = reading.call->call();
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < reading.frames.size(); ++i) {
    const engine::Body& body = call.bodies()[i];
    const engine::ReceivedMessage& message = call.messages()[i];
    const log::SharedFrame& frame = reading.frames[i];
    if (frame == nullptr) world_.judge.meet("a body was read back for an endpoint");
    Result<std::string> read =
        frame == nullptr ? log_.read(body.position, body.length)
                         : Result<std::string>(frame->payload.substr(
                               body.position.value() - frame->position.value(), body.length));
    const bool is_unreadable = !read && read.error().kind != &errors::corrupt;
    if (!is_unreadable) world_.judge.check_body(message, read);
    bodies.push_back(std::move(read).value_or(std::string()));
    if (bodies.back().empty()) continue;
    const auto& take = dynamic_cast<const delivery::Take&>(call);
    pending_.push_back({.handle = message.handle(), .subscription = take.subscription()});
  }
  const std::vector<std::string_view> sent(bodies.begin(), bodies.end());
  call.leave(courier_, sent, now);
  pending_.clear();
}

// --- What it asks endpoints.

void Webhooks::post(std::uint64_t request, client::HttpRequest message) {
  CHECK(!pending_.empty());
  const Pending pending = pending_.front();
  pending_.pop_front();
  const auto is_notification = [](const auto& each) {
    return each.first == "x-amz-sns-message-type" && each.second == "Notification";
  };
  const bool asks_to_confirm = std::ranges::none_of(message.headers, is_notification);
  under_way_.emplace(request, pending).first->second.was_posted = true;
  world_.endpoints.receive({.life = life_,
                            .number = request,
                            .subscription = pending.subscription,
                            .handle = pending.handle,
                            .asks_to_confirm = asks_to_confirm},
                           asks_to_confirm ? token_in(message.body) : std::string(), now_);
}

void Webhooks::gave_up(const delivery::GivenUp& given_up) {
  if (!given_up.dead_letters) world_.judge.meet("a delivery was given up for good");
}

}  // namespace mailrail::sim
