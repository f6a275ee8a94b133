#include "auth/key_ring.h"

namespace mailrail::auth {

KeyRing::KeyRing(std::vector<Key> keys) : keys_(std::move(keys)) {
  for (std::size_t i = 0; i < keys_.size(); ++i) by_id_.try_emplace(keys_[i].id(), i);
}

const Key* KeyRing::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &keys_[found->second];
}

}  // namespace mailrail::auth
