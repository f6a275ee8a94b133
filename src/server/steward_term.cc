// The steward while its node owns the log, and how that ends.

#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "server/steward.h"

namespace mailrail::server {
namespace {

constexpr auto drain_slice = std::chrono::milliseconds(50);
// For those that are under way when the log is handed over; they are tried again by the next owner.
constexpr auto webhooks_patience = std::chrono::milliseconds(200);
// For calls that a standby which stops has handed on.
constexpr Duration forwarded_patience = 1s;

}  // namespace

void Steward::begin_term() {
  LogStatus status{.role = Role::owner,
                   .epoch = follower_->epoch(),
                   .owner = options_.self,
                   .queues = follower_->engine().queue_names().size(),
                   .messages = follower_->engine().message_count()};
  const auto log_failed = [this](const log::Appended& failed) {
    change_mail([&](Mail& mail) { mail.failure = failed; });
  };
  term_ = std::make_unique<Term>(Term::Parts{.http = parts_.http,
                                             .slots = parts_.slots,
                                             .services = parts_.services,
                                             .authenticator = parts_.authenticator,
                                             .sessions = parts_.sessions,
                                             .random = parts_.random,
                                             .ownership = parts_.ownership,
                                             .measures = parts_.measures,
                                             .view = parts_.view},
                                 Term::Options{.limits = options_.limits,
                                               .webhook_addresses = options_.webhook_addresses,
                                               .customs = options_.customs,
                                               .log_failed = log_failed},
                                 follower_->give_up());
  follower_.reset();
  lets_others_go_first_ = false;
  term_->run();
  parts_.switchboard.switch_to(term_->handler());
  end_forwarder();
  spdlog::info("this node owns the log {} (epoch {}): {} messages in {} queues", options_.log_name,
               status.epoch, status.messages, status.queues);
  tell(std::move(status));
}

void Steward::serve() {
  const Mail mail = next_mail(std::nullopt);
  for (const std::function<void()>& beat : mail.pulses) term_->feel_pulse(beat);
  if (mail.is_abandoned) is_over_ = true;
  if (mail.failure || mail.is_abandoned) end_in_disorder(mail.failure);
  for (const StandbyCommand& each : mail.commands) {
    if (term_ == nullptr) {
      obey_as_standby(each);
    } else {
      obey_as_owner(each);
    }
  }
  if (mail.begins_stop && !is_over_) end_for_good(mail);
}

void Steward::obey_as_owner(const StandbyCommand& command) {
  if (command.what == StandbyCommand::What::step_down) return step_down(command);
  answer(command, 200,
         fmt::format("{} at {} owns the log {} already (epoch {}).", options_.self.node,
                     options_.self.address, options_.log_name, status().epoch));
}

// Whatever it holds is thrown away, and whoever waits for it learns nothing.
void Steward::end_in_disorder(const std::optional<log::Appended>& failure) {
  const std::string reason = failure ? failure->reason : "This server ends.";
  refuse_calls(fmt::format("This node does not own the log any more: {} Try again.", reason));
  term_->abandon();
  end_term();
  if (!failure) return;
  if (failure->outcome == log::Outcome::fenced) {
    spdlog::warn("this node does not own the log {} any more: {}", options_.log_name, reason);
  } else if (outage_.began(boot_time())) {
    spdlog::warn("the log {} failed, and is opened again and again until it can be used: {}",
                 options_.log_name, reason);
  }
  tell({.role = Role::out_of_reach, .why = reason});
}

void Steward::end_term() {
  parts_.ownership.ended();
  drop_unanswered();
  term_.reset();
  const std::scoped_lock lock(mutex_);
  mail_.failure.reset();
}

// New calls must be refused already, or come no more. What was decided is told before another may
// own the log.
Result<void> Steward::end_in_order() {
  const auto flush = [this] { parts_.switchboard.flush(); };
  Result<void> ended = term_->settle(EngineThread::Ending::without_checkpoint, flush);
  flush();
  if (ended) ended = term_->close();
  end_term();
  return ended;
}

void Steward::step_down(const StandbyCommand& command) {
  const Duration begin = boot_time();
  refuse_calls("This node hands the log over to another. Try again.");
  term_->begin_stop();
  std::ignore = term_->is_drained(webhooks_patience);
  const Result<void> ended = end_in_order();
  lets_others_go_first_ = ended.has_value();
  tell({.role = Role::out_of_reach, .why = "This node has stepped down."});
  if (!ended) {
    go_on_after(ended.error());
    return answer(command, 503, fmt::format("The log failed meanwhile: {}", ended.error().message));
  }
  spdlog::info("this node has given the log {} back, after {}", options_.log_name,
               boot_time() - begin);
  answer(command, 200, fmt::format("{} has given the log back.", options_.self.node));
}

// --- The end of the process.

void Steward::begin_stop() {
  change_mail([](Mail& mail) { mail.begins_stop = true; });
}

bool Steward::is_drained(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return is_drained_; });
}

Result<void> Steward::finish_stop() {
  change_mail([](Mail& mail) { mail.finishes_stop = true; });
  if (thread_.joinable()) thread_.join();
  return stopped_;
}

void Steward::abandon() {
  change_mail([](Mail& mail) { mail.is_abandoned = true; });
  if (thread_.joinable()) thread_.join();
  if (forwarder_ != nullptr) refuse_calls("This node ends. Try again.");
}

void Steward::end_for_good(const Mail& first) {
  is_over_ = true;
  bool is_told_to_finish = first.finishes_stop;
  if (term_ != nullptr) {
    term_->begin_stop();
  } else {
    if (forwarder_ != nullptr) std::ignore = parts_.http.drain(forwarded_patience);
    refuse_calls("This node stops. Try again.");
  }
  std::optional<log::Appended> failure;
  bool is_abandoned = false;
  while (!is_told_to_finish && !is_abandoned && !failure) {
    const bool is_drained =
        parts_.http.drain(drain_slice) && (term_ == nullptr || term_->is_drained(drain_slice));
    if (is_drained) {
      const std::scoped_lock lock(mutex_);
      is_drained_ = true;
      changed_.notify_all();
    }
    const Mail mail = next_mail(is_drained ? std::nullopt : std::optional(Duration(0)));
    for (const StandbyCommand& each : mail.commands) answer(each, 503, "This node stops.");
    if (mail.failure) failure = mail.failure;
    is_abandoned = mail.is_abandoned;
    is_told_to_finish = mail.finishes_stop;
  }
  if (term_ == nullptr) return;
  if (is_abandoned) return end_in_disorder(std::nullopt);
  if (failure) {
    stopped_ = fail(errors::io, failure->reason);
    return end_in_disorder(failure);
  }
  stopped_ = end_in_order();
}

// --- Who answers.

void Steward::refuse_calls(std::string why) {
  auto next = std::make_unique<Unavailable>(parts_.http, parts_.services, std::move(why));
  parts_.switchboard.switch_to(*next);
  end_forwarder();
  unavailable_ = std::move(next);
}

void Steward::forward_to(const std::string& address) {
  auto next = std::make_unique<Forwarder>(
      Forwarder::Parts{.http = parts_.http,
                       .slots = parts_.slots,
                       .services = parts_.services,
                       .measures = parts_.measures,
                       .authenticator = parts_.authenticator},
      Forwarder::Options{.node = options_.self.node,
                         .owner = address,
                         .scheme = options_.scheme,
                         .ca_file = options_.ca_file,
                         .is_administration_apart = options_.is_administration_apart,
                         .now = &boot_time});
  parts_.switchboard.switch_to(*next);
  end_forwarder();
  forwarder_ = std::move(next);
  forwarded_to_ = address;
}

void Steward::end_forwarder() {
  if (forwarder_ == nullptr) return;
  forwarder_->break_off();
  parts_.switchboard.flush();
  forwarder_.reset();
}

// But for those who ask this node itself.
void Steward::drop_unanswered() {
  std::vector<http::ExchangeId> kept;
  {
    const std::scoped_lock lock(mutex_);
    kept = asking_;
  }
  for (std::uint32_t thread = 0; thread < parts_.http.threads(); ++thread)
    parts_.http.drop_unanswered(thread, kept);
  parts_.switchboard.flush();
}

}  // namespace mailrail::server
