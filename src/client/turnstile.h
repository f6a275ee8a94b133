// Turnstile: lets so many through at once, and so many of each host; the others wait.
//
// Hosts take turns, and those of one host go through in the order in which they came. A host that
// is slow, or has very many waiting, so costs the others no more than its own share.

#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"

namespace mailrail::client {

template <class Item>
class Turnstile {
 public:
  Turnstile(std::size_t inside_max, std::size_t inside_per_host_max)
      : inside_max_(inside_max), inside_per_host_max_(inside_per_host_max) {
    CHECK(inside_max > 0 && inside_per_host_max > 0);
  }

  void come(const std::string& host, Item item) {
    Host& its = hosts_[host];
    its.waiting.push_back(std::move(item));
    list(host, its);
  }

  struct Admitted {
    std::string host;
    Item item;
  };

  // The next to go through, which is inside from then on. Nothing if nobody may.
  std::optional<Admitted> next() {
    if (inside_ == inside_max_ || turns_.empty()) return std::nullopt;
    std::string name = std::move(turns_.front());
    turns_.pop_front();
    Host& host = hosts_.at(name);
    host.is_listed = false;
    Item item = std::move(host.waiting.front());
    host.waiting.pop_front();
    ++host.inside;
    ++inside_;
    list(name, host);
    return Admitted{.host = std::move(name), .item = std::move(item)};
  }

  // One of this host's is out again.
  void leave(const std::string& name) {
    const auto found = hosts_.find(name);
    CHECK(found != hosts_.end() && found->second.inside > 0);
    --found->second.inside;
    --inside_;
    list(name, found->second);
    if (found->second.inside == 0 && found->second.waiting.empty()) hosts_.erase(found);
  }

  // Closes it: all who still wait, and won't go through any more.
  std::vector<Item> send_away() {
    std::vector<Item> all;
    turns_.clear();
    for (auto& [name, host] : std::exchange(hosts_, {}))
      std::ranges::move(host.waiting, std::back_inserter(all));
    return all;
  }

 private:
  struct Host {
    std::deque<Item> waiting;
    std::size_t inside = 0;
    bool is_listed = false;  // Once, while somebody waits and it has room.
  };

  void list(const std::string& name, Host& host) {
    if (host.is_listed || host.waiting.empty() || host.inside == inside_per_host_max_) return;
    host.is_listed = true;
    turns_.push_back(name);
  }

  std::size_t inside_max_;
  std::size_t inside_per_host_max_;
  std::size_t inside_ = 0;
  std::unordered_map<std::string, Host> hosts_;
  std::deque<std::string> turns_;  // The hosts that are listed, by whose turn it is.
};

}  // namespace mailrail::client
