#include "delivery/courier.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "engine/read_back.h"
#include "sns/push_message.h"

namespace mailrail::delivery {
namespace {

client::Headers headers_of(const sns::PushRequest& push) {
  client::Headers headers;
  for (std::size_t i = 0; i < push.headers.size(); ++i)
    headers.emplace_back(push.headers[i].name, push.headers[i].value);
  return headers;
}

}  // namespace

Courier::Courier(const engine::Identity& identity,
                 signing::Signer& signer,
                 Random& random,
                 Hands& hands)
    : identity_(identity), signer_(signer), random_(random), hands_(hands) {}

void Courier::start() { hands_.submit(std::make_unique<Roster>(newest_)); }

void Courier::stop() {
  is_stopping_ = true;
  next_roster_.reset();
  due_.clear();
  starved_.clear();
}

void Courier::advance(Instant now) {
  if (next_roster_ && *next_roster_ <= now) {
    next_roster_.reset();
    hands_.submit(std::make_unique<Roster>(newest_));
  }
  while (!due_.empty() && due_.begin()->first <= now) {
    const SubscriptionId id = due_.begin()->second;
    due_.erase(due_.begin());
    Line& line = lines_.at(id);
    line.next_ask.reset();
    ask(id, line, now);
  }
  ask_starved(now);
}

std::optional<Instant> Courier::next_due() const {
  if (due_.empty()) return next_roster_;
  return std::min(due_.begin()->first, next_roster_.value_or(due_.begin()->first));
}

// --- Asking for messages.

void Courier::on(const Roster& roster, Instant now) {
  if (is_stopping_) return;
  for (const SubscriptionId id : roster.subscriptions()) {
    newest_ = id;
    ask(id, lines_[id], now);
  }
  if (roster.subscriptions().empty()) {
    next_roster_ = now + pause_when_refused;
  } else {
    hands_.submit(std::make_unique<Roster>(newest_));
  }
}

void Courier::ask(SubscriptionId id, Line& line, Instant now) {
  if (is_stopping_ || line.is_asking || line.next_ask) return;
  const std::size_t free = requests_per_subscription_max - line.under_way;
  if (free == 0) return;  // Asked again when one has ended.
  std::size_t count = line.terms ? free : 1;
  if (line.terms && line.terms->receives_per_second) {
    count_rate(line, now);
    if (line.allowance < 1) {
      const double missing = (1 - line.allowance) / *line.terms->receives_per_second;
      ask_at(id, line, now + Duration(static_cast<std::int64_t>(missing * 1000) + 1));
      return;
    }
    count = std::min(count, static_cast<std::size_t>(line.allowance));
  }
  line.is_asking = true;
  hands_.submit(std::make_unique<Take>(id, count, slots_));
}

void Courier::ask_at(SubscriptionId id, Line& line, Instant when) {
  line.next_ask = when;
  due_.emplace(when, id);
}

void Courier::starve(SubscriptionId id, Line& line) {
  if (is_stopping_ || std::exchange(line.is_starved, true)) return;
  starved_.push_back(id);
}

void Courier::ask_starved(Instant now) {
  for (std::size_t left = std::min(starved_.size(), slots_.free()); left > 0; --left) {
    const SubscriptionId id = starved_.front();
    starved_.pop_front();
    const auto line = lines_.find(id);
    if (line == lines_.end()) continue;
    line->second.is_starved = false;
    ask(id, line->second, now);
  }
}

// At most a second's worth is saved up.
void Courier::count_rate(Line& line, Instant now) {
  const double rate = *line.terms->receives_per_second;
  const double passed = static_cast<double>((now - line.counted_at).count()) / 1000;
  line.allowance = std::min(std::max(rate, 1.0), line.allowance + passed * rate);
  line.counted_at = now;
}

void Courier::learn_terms(Line& line, const Take& take) {
  if (line.terms && line.own_policy == take.own_policy() &&
      line.topic_policy == take.topic_policy())
    return;
  line.own_policy = take.own_policy();
  line.topic_policy = take.topic_policy();
  line.terms = sns::delivery_terms(line.own_policy, line.topic_policy);
  line.allowance = std::min(line.allowance, 1.0);
}

// --- Requests.

void Courier::on(const Take& take, std::span<const std::string_view> sent, Instant now) {
  const SubscriptionId id = take.subscription();
  const auto found = lines_.find(id);
  CHECK(found != lines_.end());
  Line& line = found->second;
  line.is_asking = false;
  switch (take.outcome()) {
    case Take::Outcome::gone:
      forget(found);
      return;
    case Take::Outcome::no_slots:
      starve(id, line);
      return;
    case Take::Outcome::nothing:
      if (!is_stopping_) ask_at(id, line, now + pause_when_refused);
      return;
    case Take::Outcome::taken:
      break;
  }
  learn_terms(line, take);
  for (std::size_t i = 0; i < sent.size(); ++i) post(take, i, sent[i], line, now);
  ask(id, line, now);
}

void Courier::forget(Lines::iterator line) {
  if (line->second.next_ask) due_.erase({*line->second.next_ask, line->first});
  lines_.erase(line);
}

void Courier::post(
    const Take& take, std::size_t index, std::string_view sent, Line& line, Instant now) {
  const engine::ReceivedMessage& message = take.messages()[index];
  const std::size_t bytes = message.body.length;
  if (line.terms->receives_per_second) line.allowance -= 1;
  const bool comes_in_time = now + request_timeout + lease_margin <= take.leased_until();
  if (sent.empty() || !comes_in_time || is_stopping_) {
    // Unreadable, and whoever read it has marked it so; or the lease may end under the request.
    if (!sent.empty()) hands_.submit(Settle::retry(message.handle(), Duration(0)));
    slots_.give_back(bytes);
    return;
  }
  const Result<engine::Sent> fact = engine::read_sent(sent, message);
  CHECK(fact.has_value());
  sns::PushTarget target = take.target();
  target.content_type = line.terms->content_type;
  Result<sns::PushRequest> push = sns::push_request(message, *fact, target, identity_, signer_);
  if (!push) {
    hands_.submit(Settle::give_up(message.handle(), {.subscription = take.subscription(),
                                                     .endpoint = target.endpoint,
                                                     .why = push.error().message + "."}));
    slots_.give_back(bytes);
    return;
  }
  line.under_way += 1;
  last_request_ += 1;
  under_way_.emplace(last_request_, Request{.subscription = take.subscription(),
                                            .handle = message.handle(),
                                            .attempt = message.receive_count,
                                            .endpoint = target.endpoint,
                                            .queue_bytes = push->queue_bytes,
                                            .slot_bytes = bytes});
  hands_.post(last_request_, {.url = std::move(push->url),
                              .headers = headers_of(*push),
                              .body = std::move(push->body),
                              .timeout = request_timeout});
}

void Courier::responded(std::uint64_t number, const client::HttpOutcome& outcome, Instant now) {
  const auto found = under_way_.find(number);
  CHECK(found != under_way_.end());
  const Request request = std::move(found->second);
  under_way_.erase(found);
  const auto line = lines_.find(request.subscription);
  settle(request, line == lines_.end() ? nullptr : &line->second, outcome);
  slots_.give_back(request.slot_bytes);
  if (line != lines_.end()) {
    line->second.under_way -= 1;
    if (starved_.empty()) {
      ask(line->first, line->second, now);
    } else {
      starve(line->first, line->second);  // Behind those that wait for a slot.
    }
  }
}

void Courier::settle(const Request& request, const Line* line, const client::HttpOutcome& outcome) {
  if (line == nullptr) return;   // The subscription is gone, and its messages with it.
  if (outcome.was_broken_off) {  // That says nothing of the endpoint.
    hands_.submit(Settle::retry(request.handle, Duration(0)));
    return;
  }
  const sns::Verdict verdict = sns::verdict_of(outcome.status);
  const bool is_believed = outcome.status == 0 && has_bug(SeededBug::takes_silence_for_success);
  if (verdict == sns::Verdict::delivered || is_believed) {
    hands_.submit(Settle::delivered(request.handle));
    return;
  }
  std::optional<Duration> delay;
  const std::uint32_t attempt = has_bug(SeededBug::counts_no_attempts) ? 1 : request.attempt;
  if (verdict == sns::Verdict::retry)
    delay = line->terms->retries.delay_after(attempt, random_fraction());
  if (delay) {
    hands_.submit(Settle::retry(request.handle, *delay));
    return;
  }
  hands_.submit(Settle::give_up(
      request.handle,
      {.subscription = request.subscription,
       .endpoint = request.endpoint,
       .why = outcome.status == 0 ? outcome.why
                                  : fmt::format("It answered with status {}.", outcome.status),
       .queue_bytes = request.queue_bytes}));
}

double Courier::random_fraction() {
  constexpr std::uint64_t steps = 1 << 20;
  return static_cast<double>(random_.below(steps)) / static_cast<double>(steps);
}

}  // namespace mailrail::delivery
