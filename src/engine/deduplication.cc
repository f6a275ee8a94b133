#include "engine/deduplication.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

constexpr Duration table_span = 30s;
constexpr std::size_t shard_count = 64;

Instant table_begin(Instant at) { return at - at.time_since_epoch() % table_span; }

std::size_t shard_of(Hash128 key) { return key.high % shard_count; }

}  // namespace

Deduplication::Id Deduplication::id_of(Hash128 key) {
  return Id{
      .key = {static_cast<std::uint32_t>(key.low), static_cast<std::uint32_t>(key.low >> 32),
              static_cast<std::uint32_t>(key.high), static_cast<std::uint32_t>(key.high >> 32)},
      .seq = {},
      .after_ms = 0};
}

Deduplication::Table& Deduplication::table_for(Instant at) {
  const Instant begin = table_begin(at);
  auto table = std::find_if(tables_.begin(), tables_.end(),
                            [&](const Table& each) { return each.begin >= begin; });
  if (table == tables_.end() || table->begin != begin) {
    table = tables_.insert(table, Table{.begin = begin, .shards = std::vector<Shard>(shard_count)});
  }
  return *table;
}

void Deduplication::remember(Hash128 key, Seq seq, Instant at) {
  Table& table = table_for(at);
  Id id = id_of(key);
  id.seq = {static_cast<std::uint32_t>(seq.value()), static_cast<std::uint32_t>(seq.value() >> 32)};
  id.after_ms = static_cast<std::uint32_t>((at - table.begin).count());
  Shard& shard = table.shards[shard_of(key)];
  shard.erase(id);
  shard.insert(id);
}

std::optional<Seq> Deduplication::find(Hash128 key, Instant now) const {
  const Id id = id_of(key);
  for (auto table = tables_.rbegin(); table != tables_.rend(); ++table) {
    const Shard& shard = table->shards[shard_of(key)];
    const auto found = shard.find(id);
    if (found == shard.end()) continue;
    const Instant at = table->begin + Duration(found->after_ms);
    if (now - at >= deduplication_window) return std::nullopt;
    return Seq(found->seq[0] | std::uint64_t{found->seq[1]} << 32);
  }
  return std::nullopt;
}

void Deduplication::forget(Instant now) {
  while (!tables_.empty() && tables_.front().begin + table_span + deduplication_window <= now)
    tables_.pop_front();
}

std::optional<std::vector<KeptDeduplication::Id>> Deduplication::next_shard(
    Instant& table, std::size_t& shard) const {
  const auto found =
      std::ranges::find_if(tables_, [&](const Table& each) { return each.begin >= table; });
  if (found == tables_.end()) return std::nullopt;
  if (found->begin != table) shard = 0;
  std::vector<KeptDeduplication::Id> ids;
  for (const Id& each : found->shards[shard]) {
    ids.push_back({.key = {.low = each.key[0] | std::uint64_t{each.key[1]} << 32,
                           .high = each.key[2] | std::uint64_t{each.key[3]} << 32},
                   .seq = Seq(each.seq[0] | std::uint64_t{each.seq[1]} << 32),
                   .at = found->begin + Duration(each.after_ms)});
  }
  // Bytes may not depend on the order in a hash map.
  std::ranges::sort(ids, [](const auto& left, const auto& right) {
    return std::tie(left.key.high, left.key.low) < std::tie(right.key.high, right.key.low);
  });
  table = found->begin;
  if (++shard == shard_count) {
    table += 1ms;
    shard = 0;
  }
  return ids;
}

std::uint64_t Deduplication::hash(Instant now) const {
  std::uint64_t sum = 0;
  for (const Table& table : tables_) {
    for (const Shard& shard : table.shards) {
      for (const Id& id : shard) {
        const Instant at = table.begin + Duration(id.after_ms);
        if (now - at >= deduplication_window) continue;
        const std::uint64_t key = Hash{}(id);
        sum += (key ^ (id.seq[0] | std::uint64_t{id.seq[1]} << 32)) * 0x9e3779b97f4a7c15 +
               static_cast<std::uint64_t>(unix_ms(at));
      }
    }
  }
  return sum;
}

}  // namespace mailrail::engine
