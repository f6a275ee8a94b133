#include "console/activity.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.h"
#include "base/shown.h"

namespace mailrail::console {

bool Activity::is_audited(const auth::Right& right) {
  using auth::Role;
  if (right.traits.has(auth::Trait::is_open) || right.action.ends_with("Backup")) return false;
  return std::ranges::none_of(std::array{Role::view, Role::send, Role::receive, Role::publish},
                              [&](Role each) { return right.roles.has(each); });
}

void Activity::add(OperatorAction action) {
  action.target = std::string(shown(action.target));
  const std::scoped_lock lock(mutex_);
  actions_.push_back(std::move(action));
  ++next_;
  if (actions_.size() > kept_max) actions_.pop_front();
}

Activity::Told Activity::from(std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t first = next_ - actions_.size();
  const std::uint64_t begin = std::clamp(number, first, next_);
  return {
      .actions = {actions_.begin() + static_cast<std::ptrdiff_t>(begin - first), actions_.end()},
      .next = next_,
      .missed = number < first ? first - number : 0};
}

std::string text_of(const std::vector<OperatorAction>& actions) {
  std::string text;
  for (const OperatorAction& each : actions) {
    if (!text.empty()) text += ',';
    JsonWriter json(text);
    json.begin_object();
    json.member("Kind", each.action);
    json.key("Timestamp");
    json.number(unix_ms(each.at));
    if (!each.target.empty())
      json.member(each.service == "sns" ? "TopicName" : "QueueName", each.target);
    json.member("Who", each.who);
    json.member("What", each.code.empty() ? "done" : "refused: " + each.code);
    json.end_object();
  }
  return text;
}

}  // namespace mailrail::console
