#include "sim/sim_postgres.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/check.h"
#include "sim/sim_session.h"

namespace mailrail::sim {
namespace {

constexpr std::uint64_t late_one_in = 12;  // That a late statement gets on, beside each other one.
constexpr std::uint64_t away_max = 6;      // Attempts.
constexpr std::uint64_t refused_one_in = 4;  // Of attempts to connect, while luck is bad.

std::unexpected<Error> unreachable(const char* why) {
  return fail(errors::unreachable, fmt::format("The simulated database {}.", why));
}

}  // namespace

std::unique_ptr<log::postgres::Database> SimPostgres::session() {
  return std::make_unique<SimSession>(*this);
}

// --- Sessions.

Result<void> SimPostgres::connect(std::uint64_t& session) {
  disconnect(session);
  if (others_) others_();
  go_on_with_late();
  if (away_ > 0) {
    away_ -= 1;
    return unreachable("is away");
  }
  if (unlucky_one_in_ > 0 && chance(unlucky_one_in_) && chance(refused_one_in))
    return unreachable("takes no session");
  session = session_next_++;
  sessions_.insert(session);
  return {};
}

Result<void> SimPostgres::begin(std::uint64_t session) {
  statements_ += 1;
  if (others_) others_();
  go_on_with_late();
  return end(session);
}

Result<void> SimPostgres::end(std::uint64_t session) const {
  if (!sessions_.contains(session)) return unreachable("has lost the session");
  return {};
}

void SimPostgres::restart() {
  settle();
  sessions_.clear();
  met_["the database was started again"] += 1;
}

void SimPostgres::fail_over() {
  settle();
  sessions_.clear();
  const std::uint64_t kept = random_.below(unconfirmed_.size() + 1);
  met_["the database failed over"] += 1;
  if (kept < unconfirmed_.size()) met_["a fail-over lost what was not confirmed"] += 1;
  for (std::uint64_t i = 0; i < kept; ++i) unconfirmed_[i].run(standby_);
  unconfirmed_.clear();
  primary_ = standby_;
}

void SimPostgres::go_away(std::uint64_t attempts) {
  sessions_.clear();
  away_ = attempts;
  met_["the database was away"] += 1;
}

// --- Statements.

Result<SimPostgres::Change> SimPostgres::change(std::uint64_t session, Statement statement) {
  TRY(begin(session));
  if (const std::optional<Mishap> met = mishap()) {
    if (*met == Mishap::late) {
      late_.push_back(std::move(statement));
    } else if (*met != Mishap::lost_before && (*met == Mishap::lost_after || chance(2))) {
      commit(statement);
    }
    strike(session, *met);
    return unreachable("did not answer");
  }
  const Change result = commit(statement);
  const bool commits = statement.locks_lease && result != Change::fenced;
  if (result == Change::done || commits) confirm();
  if (others_) others_();
  TRY(end(session));
  return result;
}

// Which mishap meets this statement.
std::optional<SimPostgres::Mishap> SimPostgres::mishap() {
  if (injected_) return std::exchange(injected_, std::nullopt);
  if (unlucky_one_in_ == 0 || !chance(unlucky_one_in_)) return std::nullopt;
  constexpr Mishap all[] = {Mishap::lost_before, Mishap::lost_before, Mishap::lost_after,
                            Mishap::lost_after,  Mishap::late,        Mishap::late,
                            Mishap::late,        Mishap::restart,     Mishap::fail_over,
                            Mishap::away};
  return all[random_.below(std::size(all))];
}

void SimPostgres::strike(std::uint64_t session, Mishap mishap) {
  disconnect(session);
  if (mishap == Mishap::restart) restart();
  if (mishap == Mishap::fail_over) fail_over();
  if (mishap == Mishap::away) go_away(1 + random_.below(away_max));
  if (mishap == Mishap::lost_before) met_["a statement was lost"] += 1;
  if (mishap == Mishap::lost_after) met_["an answer was lost"] += 1;
  if (mishap == Mishap::late) met_["a statement was late"] += 1;
}

SimPostgres::Change SimPostgres::commit(const Statement& statement) {
  if (statement.changes_owner) wait_for_late();
  const std::uint64_t epoch = primary_.lease.epoch;
  const Change result = statement.run(primary_);
  if (result != Change::done) return result;
  unconfirmed_.push_back(statement);
  audit(statement, epoch);
  newest_epoch_ = std::max(newest_epoch_, primary_.lease.epoch);
  return result;
}

// The standby has everything up to here.
void SimPostgres::confirm() {
  for (const Statement& each : unconfirmed_) each.run(standby_);
  unconfirmed_.clear();
}

void SimPostgres::audit(const Statement& statement, std::uint64_t epoch_before) {
  if (complaint_) return;
  if (statement.epoch && *statement.epoch != epoch_before)
    complaint_ = fmt::format("an owner of epoch {} changed something in epoch {}", *statement.epoch,
                             epoch_before);
  if (statement.changes_owner && primary_.lease.epoch <= epoch_before)
    complaint_ = fmt::format("epoch {} has two owners", epoch_before);
}

// --- What is late.

void SimPostgres::go_on_with_late() {
  if (late_.empty() || !chance(late_one_in)) return;
  const auto chosen = late_.begin() + static_cast<std::ptrdiff_t>(random_.below(late_.size()));
  const Statement statement = std::move(*chosen);
  late_.erase(chosen);
  if (chance(4)) return;  // Its server gave up on it.
  met_[commit(statement) == Change::done ? "a late statement was carried out"
                                         : "a late statement came to nothing"] += 1;
}

void SimPostgres::settle() {
  for (const Statement& each : std::exchange(late_, {})) {
    if (chance(2)) commit(each);
  }
}

// Who changes the owner locks the lease. What has begun holds it and is waited for, what has not
// begun finds another lease.
void SimPostgres::wait_for_late() {
  std::vector<Statement> not_begun;
  for (Statement& each : std::exchange(late_, {})) {
    const std::uint64_t fate = random_.below(3);
    if (fate == 0) commit(each);
    if (fate == 1) not_begun.push_back(std::move(each));
  }
  std::ranges::move(not_begun, std::back_inserter(late_));
}

}  // namespace mailrail::sim
