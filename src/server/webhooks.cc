#include "server/webhooks.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "server/own_calls.h"
#include "server/read_back.h"
#include "server/told_again.h"
#include "sns/endpoint.h"

namespace mailrail::server {
namespace {

std::string fate_of(const delivery::GivenUp& given_up) {
  if (!given_up.dead_letters) return "It is gone: no dead-letter queue took it.";
  return fmt::format("It is in the dead-letter queue {}.", given_up.dead_letters->name);
}

}  // namespace

Webhooks::Webhooks(const client::AddressRules& addresses, const Permit* permit)
    : permit_(permit),
      client_(std::make_unique<client::HttpClient>(
          client::HttpClient::Options{.addresses = addresses,
                                      .requests_max = delivery::requests_max,
                                      .requests_per_host_max = delivery::requests_max})) {}

Webhooks::~Webhooks() { stop(); }

void Webhooks::run(Parts parts) {
  parts_.emplace(std::move(parts));
  clock_.emplace(parts_->not_before);
  delivery::Hands& hands = *this;
  courier_ = std::make_unique<delivery::Courier>(parts_->identity, parts_->signer, random_, hands);
  thread_ = std::thread([this] { loop(); });
}

bool Webhooks::is_for_it(const Leaving& leaving) {
  return dynamic_cast<const delivery::Call*>(leaving.call.get()) != nullptr;
}

void Webhooks::deliver(Leaving leaving) {
  auto* call = dynamic_cast<delivery::Call*>(leaving.call.release());
  Answered answered{.call = std::unique_ptr<delivery::Call>(call), .bodies = {}};
  if (std::ranges::find(leaving.frames, nullptr) == leaving.frames.end()) {
    answered.bodies = api::Bodies(call->bodies(), std::move(leaving.frames), {});
    change_inbox([&](Inbox& inbox) { inbox.answered.push_back(std::move(answered)); });
    return;
  }
  for (const engine::Body& body : call->bodies())
    answered.holds.push_back(parts_->log.hold(body.position));
  parts_->read([this, shared = std::make_shared<Answered>(std::move(answered)),
                frames = std::move(leaving.frames)] { read(*shared, frames); });
}

// By a reader. A disk that fails to read proves nothing: then the messages are tried again when
// their leases end.
void Webhooks::read(Answered& answered, std::vector<log::SharedFrame> frames) {
  const delivery::Call& call = *answered.call;
  std::vector<engine::ReceiptHandle> leases;
  for (const engine::ReceivedMessage& each : call.messages()) leases.push_back(each.handle());
  const std::size_t count = frames.size();
  ReadBack read = read_back(parts_->log,
                            {.queue = call.queue(),
                             .messages = call.messages(),
                             .bodies = call.bodies(),
                             .leases = std::move(leases)},
                            std::move(frames));
  mark_damaged(parts_->engine, read);
  answered.holds.clear();
  answered.bodies = std::move(read.bodies);
  if (read.failure) {
    answered.bodies = api::Bodies(call.bodies(), std::vector<log::SharedFrame>(count),
                                  std::vector<std::string>(count));
  }
  change_inbox([&](Inbox& inbox) { inbox.answered.push_back(std::move(answered)); });
}

void Webhooks::begin_stop() {
  change_inbox([this](Inbox& inbox) {
    inbox.begins_stop = true;
    has_nothing_under_way_ = false;  // Until the thread says so: something may just begin.
  });
}

bool Webhooks::is_drained(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return is_idle_.wait_for(lock, patience,
                           [&] { return has_nothing_under_way_ && inbox_.responded.empty(); });
}

void Webhooks::stop() {
  if (!thread_.joinable()) return;
  begin_stop();
  change_inbox([](Inbox& inbox) { inbox.stops = true; });
  thread_.join();
}

// --- The thread.

void Webhooks::loop() {
  courier_->start();
  while (true) {
    const Instant now = clock_->now();
    courier_->advance(now);
    const std::optional<Instant> due = courier_->next_due();
    Inbox inbox = next_inbox(due ? std::optional(std::max(*due - now, Duration(0))) : std::nullopt);
    const bool stops = inbox.stops;
    take(std::move(inbox));
    if (stops) break;
    const std::lock_guard lock(mutex_);
    has_nothing_under_way_ = courier_->is_idle();
    if (has_nothing_under_way_) is_idle_.notify_all();
  }
  client_.reset();  // Tells of all that is under way that it had no answer.
  take(next_inbox(Duration(0)));
}

Webhooks::Inbox Webhooks::next_inbox(std::optional<Duration> patience) {
  std::unique_lock lock(mutex_);
  const auto has_some = [&] { return !inbox_.empty(); };
  if (patience) {
    has_mail_.wait_for(lock, *patience, has_some);
  } else {
    has_mail_.wait(lock, has_some);
  }
  return std::exchange(inbox_, {});
}

void Webhooks::take(Inbox inbox) {
  const Instant now = clock_->now();
  if (inbox.begins_stop) courier_->stop();
  for (const Responded& each : inbox.responded)
    courier_->responded(each.request, each.outcome, now);
  for (const Answered& each : inbox.answered) {
    std::vector<std::string_view> sent;
    for (std::size_t i = 0; i < each.call->bodies().size(); ++i) sent.push_back(each.bodies[i]);
    each.call->leave(*courier_, sent, now);
  }
}

template <class Change>
void Webhooks::change_inbox(Change change) {
  const std::lock_guard lock(mutex_);
  change(inbox_);
  has_mail_.notify_one();
}

// --- What the courier does.

void Webhooks::submit(std::unique_ptr<delivery::Call> call) {
  parts_->engine.submit(std::move(call));
}

void Webhooks::post(std::uint64_t request, client::HttpRequest message) {
  change_inbox([&](Inbox&) { has_nothing_under_way_ = false; });
  message.permit = permit_;
  client_->post(std::move(message), [this, request](client::HttpOutcome outcome) {
    change_inbox([&](Inbox& inbox) {
      inbox.responded.push_back({.request = request, .outcome = std::move(outcome)});
    });
  });
}

void Webhooks::gave_up(const delivery::GivenUp& given_up) {
  if (!is_told_again(told_of_given_up_, clock_->now())) {
    untold_ += 1;
    return;
  }
  spdlog::warn("a message could not be delivered to {}: {} {}{}",
               sns::shown_endpoint(given_up.endpoint), given_up.why, fate_of(given_up),
               untold_ == 0 ? "" : fmt::format(" Neither could {} others before it.", untold_));
  untold_ = 0;
}

}  // namespace mailrail::server
