#include "server/namespaces.h"

#include <algorithm>

#include <fmt/format.h>

namespace mailrail::server {
namespace {

// Of twelve digits, none of them a leading zero: no usual account is among them.
constexpr std::uint64_t first_account = 100'000'000'000;
constexpr std::uint64_t accounts = 900'000'000'000;

}  // namespace

std::optional<std::string> Namespaces::open(Time end, Random& random) {
  if (ends_.size() >= count_max) return std::nullopt;
  while (true) {
    std::string account = fmt::format("{}", first_account + random.below(accounts));
    if (ends_.emplace(account, end).second) return account;
  }
}

std::optional<Namespaces::Time> Namespaces::next_end() const {
  if (ends_.empty()) return std::nullopt;
  return std::ranges::min_element(ends_, {}, [](const auto& each) { return each.second; })->second;
}

std::vector<std::string> Namespaces::take_ended(Time now) {
  std::vector<std::string> ended;
  for (const auto& [account, end] : ends_) {
    if (end <= now) ended.push_back(account);
  }
  for (const std::string& each : ended) ends_.erase(each);
  return ended;
}

}  // namespace mailrail::server
