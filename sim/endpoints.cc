#include "sim/endpoints.h"

#include "delivery/limits.h"
#include "sim/judge.h"

namespace mailrail::sim {
namespace {

constexpr std::uint64_t quick_ms_max = 50;
constexpr std::uint64_t slow_ms_max = 14'000;  // In time for whoever waits.

}  // namespace

void Endpoints::receive(const Push& push, std::string token, Instant now) {
  judge_.pushed(push, now);
  const int status = any_status(push);
  const bool is_slow = !is_calm_ && random_.below(4) == 0;
  const Duration answered_after(random_.below(is_slow ? slow_ms_max : quick_ms_max));
  under_way_.emplace(now + (status == 0 ? delivery::request_timeout : answered_after),
                     UnderWay{.push = push, .token = std::move(token), .status = status});
}

int Endpoints::any_status(const Push& push) {
  if (is_calm_) return 200;
  const std::uint64_t share = random_.below(100);
  if (push.asks_to_confirm) return share < 80 ? 200 : share < 95 ? 500 : 0;
  if (share < 55) return 200;
  if (share < 80) return 500;
  return share < 88 ? 404 : 0;
}

std::vector<Endpoints::Answer> Endpoints::take_answers(std::uint64_t life, Instant now) {
  std::vector<Answer> heard;
  while (!under_way_.empty() && under_way_.begin()->first <= now) {
    UnderWay answered = std::move(under_way_.extract(under_way_.begin()).mapped());
    const Push& push = answered.push;
    const bool is_heard = push.life == life;
    if (is_heard || answered.status != 0) judge_.answered(push, answered.status);
    if (answered.status == 0) judge_.meet("an endpoint did not answer");
    if (!is_heard) judge_.meet("an endpoint had what a dead server had sent");
    if (is_heard) heard.push_back({.number = push.number, .status = answered.status});
    // Of those that were unsubscribed some want to be back.
    if (answered.status == 200 && !answered.token.empty() && random_.below(4) != 0)
      tokens_.push_back({.text = std::move(answered.token), .subscription = push.subscription});
  }
  return heard;
}

void Endpoints::hang_up(std::uint64_t life) {
  std::erase_if(under_way_, [&](const auto& each) {
    const Push& push = each.second.push;
    if (push.life == life) judge_.broken_off(push);
    return push.life == life;
  });
}

std::optional<Instant> Endpoints::next_due() const {
  if (under_way_.empty()) return std::nullopt;
  return under_way_.begin()->first;
}

}  // namespace mailrail::sim
