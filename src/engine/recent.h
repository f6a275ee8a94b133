// Recent: when something last happened to whom, for the rules that count a minute from it.
//
// Filled from facts, so it survives a restart. What is older than the window is forgotten, and at
// more than `recent_max` the oldest goes first: a rule that then does not hold lets somebody
// through, and memory keeps its bound.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "base/time.h"
#include "engine/heap.h"
#include "engine/limits.h"

namespace mailrail::engine {

template <class Key>
class Recent {
 public:
  void remember(const Key& key, Instant at) {
    const auto [known, is_new] = at_.try_emplace(key, Instant{});
    if (!is_new && at <= known->second) return;
    if (!is_new) order_.erase({known->second, key});
    if (is_new) key_bytes_ += 2 * heap_bytes_of(known->first);
    known->second = at;
    order_.emplace(at, key);
    if (at_.size() > recent_max) forget_oldest();
  }

  bool has(const Key& key, Instant now) const {
    const auto found = at_.find(key);
    return found != at_.end() && now - found->second < recent_window;
  }

  void forget(Instant now) {
    while (!order_.empty() && now - order_.begin()->first >= recent_window) forget_oldest();
  }

  // The oldest first.
  const std::set<std::pair<Instant, Key>>& in_order() const { return order_; }

  std::uint64_t memory_bytes() const {
    return at_.size() * heap_bytes_of_node<decltype(at_)>() +
           order_.size() * heap_bytes_of_node<decltype(order_)>() + key_bytes_;
  }

 private:
  void forget_oldest() {
    const auto known = at_.find(order_.begin()->second);
    key_bytes_ -= 2 * heap_bytes_of(known->first);
    at_.erase(known);
    order_.erase(order_.begin());
  }

  std::map<Key, Instant> at_;
  std::set<std::pair<Instant, Key>> order_;
  std::uint64_t key_bytes_ = 0;  // Of the keys in both.
};

}  // namespace mailrail::engine
