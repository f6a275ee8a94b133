#include "engine/receive_attempts.h"

#include "engine/heap.h"
#include "engine/limits.h"

namespace mailrail::engine {

void ReceiveAttempts::remember(Hash128 attempt, Instant started, Given given) {
  const Key key{attempt.low, attempt.high};
  Attempt& known = attempts_[key];
  if (known.started != started) {
    given_bytes_ -= heap_bytes_of_vector(known.given);
    known = Attempt{.started = started, .given = {}};
    order_.emplace(started, key);
  }
  for (Given& each : known.given) {
    if (each.seq != given.seq) continue;
    each = given;
    return;
  }
  given_bytes_ -= heap_bytes_of_vector(known.given);
  known.given.push_back(given);
  given_bytes_ += heap_bytes_of_vector(known.given);
}

std::vector<ReceiveAttempts::Given> ReceiveAttempts::find(Hash128 attempt, Instant now) const {
  const auto found = attempts_.find({attempt.low, attempt.high});
  if (found == attempts_.end() || now - found->second.started >= receive_attempt_window) return {};
  return found->second.given;
}

void ReceiveAttempts::forget(Instant now) {
  while (!order_.empty() && now - order_.begin()->first >= receive_attempt_window) {
    const auto& [started, key] = *order_.begin();
    const auto found = attempts_.find(key);
    if (found != attempts_.end() && found->second.started == started) {
      given_bytes_ -= heap_bytes_of_vector(found->second.given);
      attempts_.erase(found);
    }
    order_.erase(order_.begin());
  }
}

std::uint64_t ReceiveAttempts::memory_bytes() const {
  return attempts_.size() * heap_bytes_of_node<decltype(attempts_)>() + given_bytes_ +
         order_.size() * heap_bytes_of_node<decltype(order_)>();
}

std::optional<KeptAttempt> ReceiveAttempts::next(
    std::pair<std::uint64_t, std::uint64_t>& cursor) const {
  const auto found = attempts_.upper_bound(cursor);
  if (found == attempts_.end()) return std::nullopt;
  cursor = found->first;
  KeptAttempt kept{.attempt = {.low = found->first.first, .high = found->first.second},
                   .started = found->second.started};
  for (const Given& each : found->second.given)
    kept.given.push_back({.seq = each.seq, .generation = each.generation, .until = each.until});
  return kept;
}

void ReceiveAttempts::write(Instant now, ByteWriter& out) const {
  for (const auto& [key, attempt] : attempts_) {
    if (now - attempt.started >= receive_attempt_window) continue;
    out.u64(key.first);
    out.u64(key.second);
    for (const Given& each : attempt.given) {
      out.u64(each.seq.value());
      out.u32(each.generation);
      out.u64(static_cast<std::uint64_t>(unix_ms(each.until)));
    }
  }
}

}  // namespace mailrail::engine
