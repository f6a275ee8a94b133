#include "engine/deduplication.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/check.h"
#include "engine/heap.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

constexpr Duration table_span = 30s;
constexpr std::size_t shard_count = 64;
constexpr std::uint64_t seq_end = std::uint64_t{1} << 48;

Instant table_begin(Instant at) { return at - at.time_since_epoch() % table_span; }

// The last shard takes twice as many ids as the first, the others lie evenly between: a shard
// doubles when it is full, and so each does at another number of ids.
constexpr auto shard_ends = [] {
  std::array<std::uint64_t, shard_count> ends{};
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < shard_count; ++i) ends[i] = end += shard_count + i;
  return ends;
}();

std::size_t shard_of(Hash128 key) {
  const std::uint64_t drawn = (key.high >> 32) * shard_ends.back() >> 32;
  return static_cast<std::size_t>(std::ranges::upper_bound(shard_ends, drawn) - shard_ends.begin());
}

}  // namespace

Deduplication::Table& Deduplication::table_for(Instant at) {
  const Instant begin = table_begin(at);
  auto table = std::find_if(tables_.begin(), tables_.end(),
                            [&](const Table& each) { return each.begin >= begin; });
  if (table == tables_.end() || table->begin != begin) {
    table = tables_.insert(table, Table{.begin = begin, .shards = std::vector<Shard>(shard_count)});
    table->memory_bytes = sizeof(Table) + heap_bytes_of_vector(table->shards);
    memory_bytes_ += table->memory_bytes;
  }
  return *table;
}

void Deduplication::remember(Hash128 key, Seq seq, Instant at) {
  Table& table = table_for(at);
  CHECK(seq.value() < seq_end);
  const Id id{.key = key,
              .seq = seq.value(),
              .after_ms = static_cast<std::uint16_t>((at - table.begin).count())};
  Shard& shard = table.shards[shard_of(key)];
  shard.erase(id);
  const std::uint64_t before = heap_bytes_of_table(shard);
  shard.insert(id);
  const std::uint64_t grown = heap_bytes_of_table(shard) - before;
  table.memory_bytes += grown;
  memory_bytes_ += grown;
}

std::optional<Seq> Deduplication::find(Hash128 key, Instant now) const {
  const Id id{.key = key, .seq = 0, .after_ms = 0};
  for (auto table = tables_.rbegin(); table != tables_.rend(); ++table) {
    const Shard& shard = table->shards[shard_of(key)];
    const auto found = shard.find(id);
    if (found == shard.end()) continue;
    const Instant at = table->begin + Duration(found->after_ms);
    if (now - at >= deduplication_window) return std::nullopt;
    return Seq(found->seq);
  }
  return std::nullopt;
}

void Deduplication::forget(Instant now) {
  while (!tables_.empty() && tables_.front().begin + table_span + deduplication_window <= now) {
    memory_bytes_ -= tables_.front().memory_bytes;
    tables_.pop_front();
  }
}

std::optional<std::vector<KeptDeduplication::Id>> Deduplication::next_shard(
    Instant& table, std::size_t& shard) const {
  const auto found =
      std::ranges::find_if(tables_, [&](const Table& each) { return each.begin >= table; });
  if (found == tables_.end()) return std::nullopt;
  if (found->begin != table) shard = 0;
  std::vector<KeptDeduplication::Id> ids;
  for (const Id& each : found->shards[shard]) {
    ids.push_back(
        {.key = each.key, .seq = Seq(each.seq), .at = found->begin + Duration(each.after_ms)});
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
        sum += (id.key.low ^ id.seq) * 0x9e3779b97f4a7c15 + static_cast<std::uint64_t>(unix_ms(at));
      }
    }
  }
  return sum;
}

}  // namespace mailrail::engine
