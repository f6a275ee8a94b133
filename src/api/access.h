// Access: what stands between a call and its decision: may its caller do that, with that queue or
// topic?
//
// Every action says what it is about, or does not compile: by a member `queue`, `topic` or
// `subscription` of what it prepared, by a function `subject` or `authorize`, or by being about the
// account as a whole. So it is judged before `decide` sees it. Where no keys are in force, nothing
// is.

#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string>

#include "api/context.h"
#include "auth/policy_condition.h"
#include "auth/rights.h"
#include "base/result.h"
#include "engine/engine.h"

namespace mailrail::api {

// It need not exist.
struct Subject {
  auth::About about;
  engine::QueueName name;
};

// `arn:aws:iam::000000000000:user/NAME`; the account's root where no keys are in force.
std::string caller_arn(const auth::Caller& caller);

// One question, on the engine's thread.
struct AccessRequest {
  const Context& context;
  engine::Engine& engine;
};

// Whether the caller may do what it asks for. Nothing: the request names none that could exist.
Result<void> authorize(const AccessRequest& request,
                       const std::optional<Subject>& subject,
                       std::span<const auth::ContextValue> more = {});
// Whether it may do this, which is part of that: `sqs:SendMessage` to where messages are moved.
Result<void> authorize(const AccessRequest& request,
                       const auth::Right& right,
                       const Subject& subject,
                       std::span<const auth::ContextValue> more = {});

// What is about the account as a whole is judged before the call is made, on an HTTP thread. So is
// an action that nobody has a right to.
Result<void> authorize_for_account(const Context& context);

// Of a list, what its caller may see.
bool may_see(const auth::Caller& caller, const Subject& subject);

template <class Target>
concept HasSubject = requires(const Target& target) {
  { target.subject() } -> std::same_as<std::optional<Subject>>;
};

template <class Action>
Result<void> authorize_call(const AccessRequest& request,
                            const typename Action::Prepared& prepared) {
  if constexpr (requires { Action::authorize(request, prepared); }) {
    return Action::authorize(request, prepared);
  } else if constexpr (requires { Action::subject(prepared); }) {
    return authorize(request, Action::subject(prepared));
  } else if constexpr (HasSubject<typename Action::Prepared>) {
    return authorize(request, prepared.subject());
  } else if constexpr (requires { prepared.queue.subject(); }) {
    return authorize(request, prepared.queue.subject());
  } else if constexpr (requires { prepared.topic.subject(); }) {
    return authorize(request, prepared.topic.subject());
  } else if constexpr (requires { prepared.subscription.subject(); }) {
    return authorize(request, prepared.subscription.subject());
  } else {
    // `static constexpr bool is_about_account = true;` if that is so. Else it must say what about.
    static_assert(Action::is_about_account);
    return {};
  }
}

}  // namespace mailrail::api
