// KeyRing: all keys that are in force at one moment, by their ids. Never changes.
// KeysInForce: the ring of now, which a file may change while others ask for it.
//
// No ring means that there are no keys, and nobody is asked for one. A ring without keys lets
// nobody in: whoever revokes the last key does not open the door.

#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "auth/key.h"

namespace mailrail::auth {

class KeyRing {
 public:
  // Of keys with the same id the first counts.
  explicit KeyRing(std::vector<Key> keys);

  // Null if there is none.
  const Key* find(std::string_view id) const;
  const std::vector<Key>& keys() const { return keys_; }

 private:
  std::vector<Key> keys_;
  boost::unordered_flat_map<std::string_view, std::size_t> by_id_;
};

class KeysInForce {
 public:
  explicit KeysInForce(std::shared_ptr<const KeyRing> ring = nullptr) : ring_(std::move(ring)) {}

  // Null: everybody is let in.
  std::shared_ptr<const KeyRing> ring() const {
    const std::scoped_lock lock(mutex_);
    return ring_;
  }

  void change(std::shared_ptr<const KeyRing> ring) {
    const std::scoped_lock lock(mutex_);
    ring_ = std::move(ring);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const KeyRing> ring_;
};

}  // namespace mailrail::auth
