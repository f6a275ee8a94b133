#include "api/key_rates.h"

#include <fmt/format.h>

#include "api/context.h"
#include "auth/limits.h"
#include "engine/limits.h"

namespace mailrail::api {
namespace {

Error too_fast(const Context& context) {
  const auth::Grant& key = *context.caller.grant;
  const std::uint32_t rate = key.calls_per_second.value_or(0);
  return {.kind = context.throttled,
          .message = fmt::format("The key {} may make {} {} a second. Call more slowly, put more "
                                 "into a call, or give it a key with a larger --rate.",
                                 key.name.empty() ? key.key_id : key.name, rate,
                                 rate == 1 ? "call" : "calls")};
}

}  // namespace

// Keys come and go, short-lived ones above all: those that have long been silent are forgotten.
std::optional<Duration> KeyRates::take(const auth::Grant& key, Instant now) {
  if (!key.calls_per_second) return Duration(0);
  auto bucket = buckets_.find(key.key_id);
  if (bucket == buckets_.end()) {
    if (buckets_.size() >= auth::keys_max)
      std::erase_if(buckets_, [&](const auto& each) { return each.second.is_full(now); });
    bucket = buckets_.emplace(key.key_id, TokenBucket()).first;
  }
  return bucket->second.take(
      {.per_second = *key.calls_per_second, .patience = engine::send_patience}, now);
}

std::optional<HeldBack> hold_back(const Context& context,
                                  Instant now,
                                  std::optional<Instant>& place) {
  const auth::Grant* key = context.caller.grant.get();
  if (key == nullptr || !key->calls_per_second || context.key_rates == nullptr) return std::nullopt;
  if (!place) {
    const std::optional<Duration> wait = context.key_rates->take(*key, now);
    if (!wait) return HeldBack{.otherwise = too_fast(context)};
    place = now + *wait;
  }
  if (now >= *place) return std::nullopt;
  return held_until(*place, too_fast(context));
}

}  // namespace mailrail::api
