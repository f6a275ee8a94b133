#include "broker/consumers.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace mailrail::broker {
namespace {

std::size_t hash_of(const Consumer& who) {
  std::size_t mixed = 0;
  for (const std::string_view each : {who.address, who.user_agent, who.key_id})
    mixed = (mixed ^ std::hash<std::string_view>()(each)) * 0x9e3779b97f4a7c15;
  return mixed;
}

bool is_same(const ConsumerRecord& record, const Consumer& who) {
  return record.address == who.address && record.user_agent == who.user_agent &&
         record.key_id == who.key_id;
}

}  // namespace

std::size_t Consumers::HashId::operator()(const engine::ReceiptHandle& handle) const {
  std::size_t mixed = handle.seq.value();
  for (const std::uint32_t each : {handle.queue.value(), handle.generation})
    mixed = (mixed ^ each) * 0x9e3779b97f4a7c15;
  return mixed ^ mixed >> 32;
}

ConsumerId Consumers::asks(QueueId queue, const Consumer& who, Instant now) {
  const std::size_t hash = hash_of(who);
  std::optional<Records::iterator> found = find(queue, who, hash);
  if (!found && makes_room_in(queue, now)) found = add(queue, who, hash, now);
  if (!found) found = queues_[queue].others;
  if (!found) found = add(queue, {}, 0, now);
  records_.splice(records_.begin(), records_, *found);
  (*found)->last_seen = now;
  return (*found)->id;
}

void Consumers::answered(ConsumerId id, const Given& given, Instant now) {
  if (ConsumerRecord* record = find(id)) {
    record->receives += 1;
    record->empty_receives += given.messages.empty() ? 1 : 0;
    record->messages += given.messages.size();
    record->recent_receives.add(now);
  }
  for (const engine::ReceivedMessage& each : given.messages) {
    const engine::ReceiptHandle handle = each.handle();
    if (given.until > now && has_room_for_lease(now))
      leases_.try_emplace(handle, Lease{.consumer = id, .since = now, .until = given.until});
    if (handle.generation > 1) {
      engine::ReceiptHandle last = handle;
      last.generation -= 1;
      lease_over(last, now);
    }
  }
}

void Consumers::waits(ConsumerId id) {
  if (ConsumerRecord* record = find(id)) record->open_polls += 1;
}

void Consumers::waits_no_more(ConsumerId id) {
  if (ConsumerRecord* record = find(id)) record->open_polls -= 1;
}

void Consumers::deleted(const engine::ReceiptHandle& handle, Instant now) {
  const auto lease = leases_.find(handle);
  if (lease == leases_.end()) return;
  if (ConsumerRecord* record = find(lease->second.consumer))
    record->processing.add(now - lease->second.since);
  end(lease, now);
}

// One that was given back has not come back by itself.
void Consumers::lease_moved(const engine::ReceiptHandle& handle, Instant until, Instant now) {
  const auto lease = leases_.find(handle);
  if (lease == leases_.end()) return;
  if (lease->second.until <= now) {
    end(lease, now);
  } else if (until <= now) {
    leases_.erase(lease);
  } else {
    lease->second.until = until;
  }
}

void Consumers::lease_over(const engine::ReceiptHandle& handle, Instant now) {
  if (const auto lease = leases_.find(handle); lease != leases_.end()) end(lease, now);
}

void Consumers::purged(QueueId queue, Seq below, Instant now) {
  if (!queues_.contains(queue)) return;
  for (auto each = leases_.begin(); each != leases_.end();) {
    const auto lease = each++;
    if (lease->first.queue == queue && lease->first.seq < below) end(lease, now);
  }
}

// Its leases are nobody's now; they go when they are over and there is no room.
void Consumers::queue_deleted(QueueId queue) {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return;
  const OfQueue gone = std::move(found->second);
  queues_.erase(found);
  for (const Place& each : gone.places) forget_record(each.record);
  if (gone.others) forget_record(*gone.others);
}

// A lease that is over counts though nothing has become of its message since.
std::vector<ConsumerRecord> Consumers::of(QueueId queue, Instant now) const {
  std::vector<ConsumerRecord> records;
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return records;
  for (const Place& each : found->second.places) records.push_back(*each.record);
  if (found->second.others) records.push_back(**found->second.others);
  boost::unordered_flat_map<ConsumerId, std::size_t, HashId> places;
  for (std::size_t i = 0; i < records.size(); ++i) places.emplace(records[i].id, i);
  for (const auto& [handle, lease] : leases_) {
    if (handle.queue != queue || lease.until > now) continue;
    const auto place = places.find(lease.consumer);
    if (place != places.end()) records[place->second].expired_leases += 1;
  }
  return records;
}

ConsumerRecord* Consumers::find(ConsumerId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &*found->second;
}

std::optional<Consumers::Records::iterator> Consumers::find(QueueId queue,
                                                            const Consumer& who,
                                                            std::size_t hash) const {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return std::nullopt;
  for (const Place& each : found->second.places) {
    if (each.hash == hash && is_same(*each.record, who)) return each.record;
  }
  return std::nullopt;
}

// Whether another one may have a place of its own. Who is still there keeps his: else none would
// stay long enough to be known where there are more than that.
bool Consumers::makes_room_in(QueueId queue, Instant now) {
  const auto found = queues_.find(queue);
  if (found == queues_.end() || found->second.places.size() < of_queue_max) return true;
  const auto oldest = std::ranges::min_element(
      found->second.places, {}, [](const Place& each) { return each.record->last_seen; });
  if (now - oldest->record->last_seen < kept_for) return false;
  forget(oldest->record);
  return true;
}

Consumers::Records::iterator Consumers::add(QueueId queue,
                                            const Consumer& who,
                                            std::size_t hash,
                                            Instant now) {
  if (records_.size() >= all_max) forget(std::prev(records_.end()));
  records_.push_front({.id = ConsumerId(++last_id_),
                       .queue = queue,
                       .address = std::string(who.address),
                       .user_agent = std::string(who.user_agent),
                       .key_id = std::string(who.key_id),
                       .first_seen = now});
  const auto added = records_.begin();
  by_id_.emplace(added->id, added);
  OfQueue& of_queue = queues_[queue];
  if (added->is_of_others()) {
    of_queue.others = added;
  } else {
    of_queue.places.push_back({.hash = hash, .record = added});
  }
  return added;
}

void Consumers::forget(Records::iterator record) {
  const auto found = queues_.find(record->queue);
  OfQueue& of_queue = found->second;
  if (record->is_of_others()) of_queue.others.reset();
  std::erase_if(of_queue.places, [&](const Place& each) { return each.record == record; });
  if (of_queue.places.empty() && !of_queue.others) queues_.erase(found);
  forget_record(record);
}

void Consumers::forget_record(Records::iterator record) {
  by_id_.erase(record->id);
  records_.erase(record);
}

void Consumers::end(Leases::iterator lease, Instant now) {
  if (lease->second.until <= now) {
    if (ConsumerRecord* record = find(lease->second.consumer)) record->expired_leases += 1;
  }
  leases_.erase(lease);
}

// Those that are over are known well enough; looking for them takes a while.
bool Consumers::has_room_for_lease(Instant now) {
  if (leases_.size() < leases_max) return true;
  if (now - swept_at_ < 1s) return false;
  swept_at_ = now;
  for (auto each = leases_.begin(); each != leases_.end();) {
    const auto lease = each++;
    if (lease->second.until <= now) end(lease, now);
  }
  return leases_.size() < leases_max;
}

}  // namespace mailrail::broker
