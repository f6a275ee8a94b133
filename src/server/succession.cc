#include "server/succession.h"

#include <utility>

namespace mailrail::server {

void Succession::saw(const log::Followed& followed, const Look& look) {
  log::SignsOfLife signs = followed.signs();
  until_ = look.asked;
  if (last_ == signs) {
    ++looks_;
    return;
  }
  last_ = std::move(signs);
  since_ = look.answered;
  looks_ = 1;
}

bool Succession::is_due() const {
  if (!last_) return false;
  const std::optional<log::LogOwner>& owner = last_->lease.owner;
  if (owner && owner->node == options_.node) return true;
  if (!owner && !options_.lets_others_go_first) return true;
  return looks_ >= options_.looks_min && until_ - since_ >= options_.silence;
}

Duration Succession::muted_from(Duration certain_for) const {
  if (!last_ || !last_->lease.owner || last_->lease.owner->node == options_.node) return {};
  return since_ + certain_for;
}

}  // namespace mailrail::server
