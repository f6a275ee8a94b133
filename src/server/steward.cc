#include "server/steward.h"

#include <algorithm>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "server/node_call.h"

namespace mailrail::server {
namespace {

// After a take-over: how often the database may fail to tell what the owner before has appended.
constexpr int tries_to_catch_up = 3;

}  // namespace

Steward::Steward(const Parts& parts, Options options)
    : parts_(parts),
      options_(std::move(options)),
      unavailable_(std::make_unique<Unavailable>(
          parts_.http, parts_.services, "This node has just started. Try again.")) {}

Steward::~Steward() { abandon(); }

Result<void> Steward::begin() {
  const Result<void> opened = open_follower();
  if (!opened && opened.error().kind != &errors::unreachable) return opened;
  if (!opened) go_on_after(opened.error());
  thread_ = std::thread([this] { run(); });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return status_.role != Role::starting; });
  return {};
}

void Steward::run() {
  while (!is_over_) {
    if (term_ != nullptr) {
      serve();
    } else {
      stand_by();
    }
  }
}

// --- What others tell it.

void Steward::change_mail(const std::function<void(Mail&)>& change) {
  const std::scoped_lock lock(mutex_);
  change(mail_);
  changed_.notify_all();
}

Steward::Mail Steward::next_mail(std::optional<Duration> patience) {
  std::unique_lock lock(mutex_);
  const auto has_some = [this] { return !mail_.empty(); };
  if (patience) {
    changed_.wait_for(lock, std::max(*patience, Duration(0)), has_some);
  } else {
    changed_.wait(lock, has_some);
  }
  return std::exchange(mail_, {});
}

void Steward::take_request(http::ExchangeId exchange, const http::Request& request) {
  const auto command = parse_standby_command(exchange, request, parts_.authenticator);
  if (!command) {
    parts_.http.answer(exchange, command.error());
    return;
  }
  change_mail([&](Mail& mail) {
    mail.commands.push_back(*command);
    asking_.push_back(exchange);
  });
}

void Steward::answer(const StandbyCommand& command, int status, std::string sentence) {
  const http::ExchangeId exchange = command.exchange;
  parts_.http.post(exchange.thread,
                   [&http = parts_.http, exchange, status, text = std::move(sentence) + "\n"] {
                     http.answer(exchange, http::text_response(status, text));
                   });
  const std::scoped_lock lock(mutex_);
  std::erase(asking_, exchange);
}

LogStatus Steward::status() const {
  const std::scoped_lock lock(mutex_);
  return status_;
}

void Steward::tell(LogStatus status) {
  const std::scoped_lock lock(mutex_);
  status_ = std::move(status);
  changed_.notify_all();
}

void Steward::feel_pulse(std::function<void()> beat) {
  if (status().role != Role::owner) return beat();
  change_mail([&](Mail& mail) { mail.pulses.push_back(std::move(beat)); });
}

bool Steward::is_unwanted() {
  const std::scoped_lock lock(mutex_);
  return mail_.begins_stop || mail_.is_abandoned;
}

// --- While another owns the log, or nobody can be asked.

void Steward::stand_by() {
  const Duration next = follower_ != nullptr ? looks_next_ : outage_.next_try();
  const Mail mail = next_mail(next - boot_time());
  if (mail.is_abandoned) {
    is_over_ = true;
    return;
  }
  for (const std::function<void()>& beat : mail.pulses) beat();
  for (const StandbyCommand& each : mail.commands) obey_as_standby(each);
  if (mail.begins_stop) return end_for_good(mail);
  if (term_ != nullptr || boot_time() < next) return;
  if (follower_ != nullptr) {
    look_again();
  } else if (const Result<void> opened = open_follower(); !opened) {
    go_on_after(opened.error());
  }
}

Result<void> Steward::open_follower() {
  Result<std::unique_ptr<Follower>> opened =
      Follower::open({.open_log = options_.open_log,
                      .limits = options_.limits,
                      .strictness = options_.strictness,
                      .is_unwanted = [this] { return is_unwanted(); }},
                     parts_.random);
  if (!opened) return std::unexpected(opened.error());
  follower_ = *std::move(opened);
  succession_.emplace(new_succession());
  looks_next_ = boot_time();
  return {};
}

Succession Steward::new_succession() const {
  return Succession({.node = shares_its_name_ ? std::string() : options_.self.node,
                     .silence = options_.times.silence,
                     .lets_others_go_first = lets_others_go_first_});
}

bool Steward::is_self(const log::LogOwner& owner) const {
  return owner.node == options_.self.node && !shares_its_name_;
}

// An owner of this node's name is the process before it on its directory, and gone; but not one
// that came after this very process.
void Steward::look_for_namesake(const log::Lease& lease) {
  const bool came_after = epoch_max_ != 0 && lease.epoch > epoch_max_;
  if (!came_after || !lease.owner || !is_self(*lease.owner)) return;
  shares_its_name_ = true;
  succession_.emplace(new_succession());
  spdlog::warn(
      "the server at {} calls itself {} as this one does: one of their directories is a "
      "copy of the other. Remove the file \"node\" in one, and restart that server.",
      lease.owner->address, options_.self.node);
}

// The process lives, and says why it decides nothing.
void Steward::go_on_after(const Error& why) {
  if (is_unwanted()) return;
  if (outage_.began(boot_time())) {
    spdlog::warn("the log {} cannot be used, and is tried again and again until it can: {}",
                 options_.log_name, why.message);
  }
  if (forwarder_ == nullptr) {
    refuse_calls(fmt::format("The log of this server cannot be used: {} Try again.", why.message));
    tell({.role = Role::out_of_reach, .why = why.message});
  }
}

void Steward::give_up_follower(const Error& why) {
  follower_.reset();
  go_on_after(why);
}

// A follower outlives a log that is out of reach, and nothing else that goes wrong.
void Steward::lose_sight(const Error& why) {
  if (why.kind != &errors::unreachable) return give_up_follower(why);
  succession_->saw_nothing();
  go_on_after(why);
  looks_next_ = outage_.next_try();
}

void Steward::look_again() {
  const Duration asked = boot_time();
  const Result<log::Followed> followed = follower_->look();
  if (!followed) return lose_sight(followed.error());
  if (followed->is_void) {
    return give_up_follower({.kind = &errors::io,
                             .message = "What was read of it is not in it any more, so it is read "
                                        "again from its checkpoint."});
  }
  const Duration now = boot_time();
  if (const std::optional<Duration> took = outage_.ended(now))
    spdlog::info("the log {} can be used again, after {}", options_.log_name, *took);
  look_for_namesake(followed->lease);
  succession_->saw(*followed, {.asked = asked, .answered = now});
  looks_next_ = followed->behind > 0 ? now : now + options_.looks_after;
  if (!succession_->is_due() || !own()) stand_behind(*followed);
}

// Whoever owns the log, if anybody does, gets the calls.
void Steward::stand_behind(const log::Followed& followed) {
  if (follower_ == nullptr) return;
  const std::optional<log::LogOwner>& owner = followed.lease.owner;
  if (!owner || is_self(*owner)) {
    refuse_calls("Nobody owns the log at the moment. Try again.");
    return;
  }
  if (forwarder_ == nullptr || owner->address != forwarded_to_) {
    forward_to(owner->address);
    spdlog::info("this node stands by: {} at {} owns the log {} (epoch {}), and gets all calls",
                 owner->node, owner->address, options_.log_name, followed.lease.epoch);
  }
  tell({.role = Role::standby,
        .epoch = followed.lease.epoch,
        .owner = *owner,
        .queues = follower_->engine().queue_names().size(),
        .messages = follower_->engine().message_count()});
  forwarder_->looked(followed.behind);
}

// False if the log is another's, or nobody knows whose.
bool Steward::own() {
  const Position end = follower_->last_look().log_end;
  Duration muted_from = succession_->muted_from(options_.times.certain_for);
  parts_.ownership.begins();
  epoch_max_ = std::max(epoch_max_, follower_->last_look().lease.epoch + 1);
  const Result<bool> taken = follower_->take_over(options_.self);
  if (!taken) {
    lose_sight(taken.error());
    return false;
  }
  if (!*taken) {
    looks_next_ = boot_time();  // The lease has just changed.
    return false;
  }
  if (const Result<void> caught_up = catch_up(); !caught_up) {
    give_up_follower(caught_up.error());
    return false;
  }
  // Or it has shown one between the last look and the take-over.
  if (muted_from != Duration{} && follower_->last_look().log_end != end)
    muted_from = boot_time() + options_.times.certain_for;
  if (!outlast(muted_from)) {
    // Where it can't be given back, others take it.
    (void)follower_->give_up().log->close();
    follower_.reset();
    return false;
  }
  parts_.ownership.succeeded();
  begin_term();
  return true;
}

// An owner that was deposed while it lived can append nothing any more, but tells for a while what
// it has decided; until then this one decides nothing. False if this process is to end.
bool Steward::outlast(Duration muted_from) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::max(muted_from - boot_time(), Duration(0)),
                    [this] { return mail_.begins_stop || mail_.is_abandoned; });
  return !mail_.begins_stop && !mail_.is_abandoned;
}

Result<void> Steward::catch_up() {
  for (int failed = 0;;) {
    const Result<log::Followed> followed = follower_->look();
    if (!followed) {
      if (followed.error().kind != &errors::unreachable || ++failed == tries_to_catch_up)
        return std::unexpected(followed.error());
    } else if (followed->is_void) {
      return fail(errors::io, "What was read of it is not in it any more.");
    } else if (followed->behind == 0) {
      return {};
    }
  }
}

// --- Planned switch-over, on the standby.

void Steward::obey_as_standby(const StandbyCommand& command) {
  if (term_ != nullptr) {
    obey_as_owner(command);
  } else if (command.what == StandbyCommand::What::step_down) {
    answer(command, 409, "This node does not own the log.");
  } else if (follower_ == nullptr) {
    answer(command, 503, fmt::format("This node cannot use the log: {}", status().why));
  } else {
    promote(command);
  }
}

void Steward::promote(const StandbyCommand& command) {
  const Duration begin = boot_time();
  const bool is_forced = command.what == StandbyCommand::What::force;
  const auto is_free = [&](const log::Lease& lease) {
    return is_forced || !lease.owner || is_self(*lease.owner);
  };
  const Result<log::Followed> first = follower_->look();
  if (first && first->lease.owner && !is_self(*first->lease.owner)) {
    const Result<void> asked = have_step_down({.from = options_.self.node,
                                               .to = first->lease.owner->address,
                                               .scheme = options_.scheme,
                                               .ca_file = options_.ca_file},
                                              parts_.keys);
    if (!asked && !is_forced) {
      return answer(command, 503,
                    fmt::format("The owner {} did not step down: {} Nothing has changed. Say "
                                "--force to take the log from it all the same.",
                                first->lease.owner->node, asked.error().message));
    }
  }
  // An owner that is deposed by force may show a sign of life between a look and the take-over.
  constexpr int tries = 10;
  for (int i = 0; i < tries && follower_ != nullptr && term_ == nullptr; ++i) {
    const Duration asked = boot_time();
    const Result<log::Followed> followed = follower_->look();
    if (!followed) {
      lose_sight(followed.error());
      break;
    }
    succession_->saw(*followed, {.asked = asked, .answered = boot_time()});
    if (!is_free(followed->lease) || own()) break;
  }
  if (term_ == nullptr)
    return answer(command, 503, "This node could not take the log over. Its server log says more.");
  answer(
      command, 200,
      fmt::format("{} at {} owns the log {} now (epoch {}), after {}.", options_.self.node,
                  options_.self.address, options_.log_name, status().epoch, boot_time() - begin));
}

}  // namespace mailrail::server
