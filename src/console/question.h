// Question: something to be asked on the engine's thread for somebody who looks, and what came of
// it. An action of an API can be one: then it is judged and decided as if it had been called.
//
// Look: questions that are asked together, one a turn, so that no turn gets long. Like any other
// call it leaves when all that it may tell of is durable.

#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/access.h"
#include "api/api_call.h"
#include "api/errors.h"
#include "auth/rights.h"
#include "broker/call.h"
#include "broker/traffic.h"

namespace mailrail::console {

class Question {
 public:
  virtual ~Question() = default;
  // Whether all of it is answered; else it is asked again in another turn.
  enum class Asked : std::uint8_t { whole, in_part };
  virtual Asked ask(engine::Engine& engine, engine::Turn& turn) = 0;
};

// What an action of the administration takes.
inline api::Context context_for(api::Context context,
                                std::string_view service,
                                std::string_view action) {
  context.right = auth::find_right(service, action);
  context.access_denied = &api::errors::access_denied;
  return context;
}

template <class Action>
class ActionQuestion final : public Question {
 public:
  ActionQuestion(api::Context context, typename Action::Input input)
      : context_(context_for(std::move(context), "mailrail", Action::name)),
        prepared_(Action::prepare(std::move(input), context_)) {
    if (const Result<void> allowed = api::authorize_for_account(context_); !allowed)
      decided_ = std::unexpected(allowed.error());
  }

  typename Action::Prepared& prepared() { return prepared_; }

  Asked ask(engine::Engine& engine, engine::Turn& turn) override {
    if (decided_ && !decided_->has_value()) return Asked::whole;
    if (context_.caller.grant != nullptr) {
      const Result<void> allowed =
          api::authorize_call<Action>({.context = context_, .engine = engine}, prepared_);
      if (!allowed) {
        decided_ = std::unexpected(allowed.error());
        return Asked::whole;
      }
    }
    api::Asked<typename Action::Decided> asked = Action::decide(engine, turn, prepared_);
    decided_ = std::move(asked.value);
    return asked.decision.verdict == broker::Decision::Verdict::again ? Asked::in_part
                                                                      : Asked::whole;
  }

  // Once it was asked.
  Result<typename Action::Output> answer() const {
    if (!decided_->has_value()) return std::unexpected(decided_->error());
    return Action::finish(**decided_, prepared_, context_, api::Bodies());
  }
  const Result<typename Action::Decided>& decided() const { return *decided_; }

 private:
  const api::Context context_;
  typename Action::Prepared prepared_;
  std::optional<Result<typename Action::Decided>> decided_;
};

class Look final : public broker::Call {
 public:
  Look(const broker::Traffic& traffic, std::vector<std::unique_ptr<Question>> questions)
      : Call(0), traffic_(traffic), questions_(std::move(questions)) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    at_ = turn.now;
    next_event_ = traffic_.next_event();
    if (next_ < questions_.size() && questions_[next_]->ask(engine, turn) == Question::Asked::whole)
      ++next_;
    if (next_ < questions_.size()) return {.verdict = broker::Decision::Verdict::again};
    return {};
  }
  bool is_bounded_elsewhere() const override { return true; }

  // As it was in its last turn.
  Instant at() const { return at_; }
  std::uint64_t next_event() const { return next_event_; }

 private:
  const broker::Traffic& traffic_;
  std::vector<std::unique_ptr<Question>> questions_;
  std::size_t next_ = 0;
  Instant at_{};
  std::uint64_t next_event_ = 0;
};

}  // namespace mailrail::console
