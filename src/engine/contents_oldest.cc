// Contents: keeping the oldest of a queue's messages in sight.

#include <algorithm>

#include "engine/contents.h"

namespace mailrail::engine {

bool Contents::is_undelivered(const Entry& entry) const {
  return entry.delivery == no_index || !store_.deliveries[entry.delivery].was_received_here();
}

void Contents::note_coming(Entry& entry) {
  entry.is_stray = entry.sent < newest_sent_;
  newest_sent_ = std::max(newest_sent_, entry.sent);
  if (!entry.is_stray) {
    oldest_.came(entry.seq);
    oldest_undelivered_.came(entry.seq);
    return;
  }
  oldest_.strayed(entry.sent);
  if (is_undelivered(entry)) oldest_undelivered_.strayed(entry.sent);
}

void Contents::note_delivery(const Entry& entry) {
  if (entry.is_stray) oldest_undelivered_.stray_went(entry.sent);
}

void Contents::note_going(const Entry& entry) {
  if (!entry.is_stray) return;
  oldest_.stray_went(entry.sent);
  if (is_undelivered(entry)) oldest_undelivered_.stray_went(entry.sent);
}

std::optional<OldestSent> Contents::find_oldest(std::size_t& budget) {
  // Null while it must look further.
  const auto find = [&](Oldest& oldest, auto counts) -> std::optional<std::optional<Instant>> {
    for (;;) {
      const Index index = index_.first_from(oldest.cursor());
      if (index == no_index) return oldest.time(std::nullopt);
      const Entry& entry = store_.entries[index];
      if (!entry.is_stray && counts(entry)) return oldest.time(entry.sent);
      if (budget == 0) return std::nullopt;
      budget -= 1;
      oldest.pass(entry.seq);
    }
  };
  const auto all = find(oldest_, [](const Entry&) { return true; });
  if (!all) return std::nullopt;
  const auto undelivered =
      find(oldest_undelivered_, [&](const Entry& entry) { return is_undelivered(entry); });
  if (!undelivered) return std::nullopt;
  return OldestSent{.of_all = *all, .of_undelivered = *undelivered};
}

}  // namespace mailrail::engine
