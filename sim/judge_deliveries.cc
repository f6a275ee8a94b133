// What the judge knows of deliveries to HTTP endpoints, and of the server's limits.

#include <fmt/format.h>

#include "sim/describe.h"
#include "sim/judge.h"

namespace mailrail::sim {
namespace {

// What is never refused may take a little above the limit of memory: queues, receive attempts; and
// so may the message that reaches it.
constexpr std::uint64_t beside_messages_bytes = 16 << 10;
// In segments: the log's constant reserve, and how far it may go over the server's limit while the
// volume has no space for a checkpoint.
constexpr std::uint64_t reserve_units = 8;
constexpr std::uint64_t over_units = 2;

}  // namespace

// --- Deliveries.

void Judge::pushed(const Push& push, Instant now) {
  note(fmt::format("{} an endpoint has message {} of queue {}, attempt {}", describe(now),
                   push.handle.seq.value(), push.handle.queue.value(), push.handle.generation));
  if (has_given_up()) return;
  meet(push.asks_to_confirm ? "an endpoint was asked to confirm" : "a notification was sent");
  if (push.handle.generation > 1) meet("a delivery was tried again");
  report(Law::deliveries, deliveries_.pushed(push, now));
}

void Judge::answered(const Push& push, int status) {
  note(fmt::format("  an endpoint says {} to message {}", status, push.handle.seq.value()));
  if (!has_given_up()) report(Law::deliveries, deliveries_.answered(push, status));
}

void Judge::broken_off(const Push& push) {
  note(fmt::format("  the request for message {} is broken off", push.handle.seq.value()));
  meet("a stop broke a request off");
  deliveries_.broken_off(push);
}

void Judge::tally_delivery(const engine::Fact& fact) {
  const auto of_endpoint = [&](QueueId queue) {
    const auto found = ledger_.queues().find(queue);
    return found != ledger_.queues().end() && found->second.attributes.is_delivery_queue();
  };
  if (std::holds_alternative<engine::SubscriptionConfirmed>(fact))
    meet("an endpoint had confirmed");
  if (ledger_.has_restored()) meet("an endpoint had its subscription back");
  if (std::holds_alternative<engine::SubscriptionDeactivated>(fact))
    meet("an endpoint was unsubscribed");
  const auto* moved = std::get_if<engine::Moved>(&fact);
  if (moved != nullptr && of_endpoint(moved->from)) meet("a delivery was given up to dead letters");
}

// --- Limits.

void Judge::takes(const log::Space& space, std::uint64_t memory_bytes, const Limits& limits) {
  const std::uint64_t over = is_postponed_ ? over_units * space.unit_bytes : 0;
  if (space.total() > limits.disk_bytes_max && space.total() - limits.disk_bytes_max > over)
    report(Law::limits,
           fmt::format("the files of the log take {} + {} + {} bytes of {}", space.log_bytes,
                       space.checkpoint_bytes, space.spare_bytes, limits.disk_bytes_max));
  if (memory_bytes > limits.memory_bytes_max &&
      memory_bytes - limits.memory_bytes_max > beside_messages_bytes)
    report(Law::limits, fmt::format("{} bytes of memory are taken of {}", memory_bytes,
                                    limits.memory_bytes_max));
}

// With nothing left to keep.
void Judge::emptied(const log::Space& space) {
  const std::uint64_t bound = 2 * space.checkpoint_bytes + reserve_units * space.unit_bytes;
  if (space.total() > bound)
    report(Law::limits, fmt::format("{} bytes of the disk are taken though all is deleted, and {} "
                                    "should be enough",
                                    space.total(), bound));
  report(Law::deliveries, deliveries_.all_settled());
}

}  // namespace mailrail::sim
