#include "engine/groups.h"

#include <algorithm>

#include <xxhash.h>

#include "base/check.h"
#include "engine/heap.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

constexpr std::size_t empty_slots_max = 64;  // An empty shard with more gives them back.

std::size_t allocated_for(std::string_view name) {
  return std::max(sizeof(GroupName), sizeof(GroupName::size) + name.size());
}

GroupName* copy_name(std::string_view name, Slabs& slabs) {
  CHECK(name.size() <= group_name_bytes_max);
  auto* copy = reinterpret_cast<GroupName*>(slabs.take(allocated_for(name)));
  copy->size = static_cast<std::uint8_t>(name.size());
  name.copy(copy->bytes, name.size());  // Unlike memcpy, with no bytes from nowhere too.
  return copy;
}

}  // namespace

Groups::Groups(std::uint64_t seed) : seed_(seed) {
  for (int i = 0; i < 256; ++i) shards_.push_back(empty_shard());
}

Groups::~Groups() {
  for (const Shard& each : shards_) {
    for (const Index group : each) forget_name(group);
  }
}

bool Groups::Equal::operator()(const Key& key, Index group) const {
  const Group& candidate = (*pool)[group];
  return candidate.hash == key.hash && candidate.contents == key.contents &&
         candidate.name_view() == key.name;
}

Groups::Key Groups::key_of(Index contents, std::string_view name) const {
  const std::uint64_t hash = XXH3_64bits_withSeed(name.data(), name.size(), seed_ + contents);
  return Key{.contents = contents, .name = name, .hash = static_cast<std::uint32_t>(hash)};
}

Index Groups::find(Index contents, std::string_view name) const {
  const Key key = key_of(contents, name);
  const Shard& candidates = shards_[key.hash >> 24];
  const auto found = candidates.find(key);
  return found == candidates.end() ? no_index : *found;
}

Index Groups::obtain(Index contents, std::string_view name) {
  const Key key = key_of(contents, name);
  Shard& candidates = shard(key.hash);
  if (const auto found = candidates.find(key); found != candidates.end()) return *found;
  const Index group = pool_.take();
  pool_[group].hash = key.hash;
  pool_[group].name = copy_name(name, names_);
  pool_[group].contents = contents;
  table_bytes_ -= heap_bytes_of_table(candidates);
  candidates.insert(group);
  table_bytes_ += heap_bytes_of_table(candidates);
  return group;
}

void Groups::free(Index group) {
  CHECK(pool_[group].size == 0);
  Shard& candidates = shard(pool_[group].hash);
  candidates.erase(group);
  if (candidates.empty() && candidates.bucket_count() > empty_slots_max) {
    table_bytes_ -= heap_bytes_of_table(candidates);
    candidates = empty_shard();
  }
  forget_name(group);
  pool_.give_back(group);
}

std::uint64_t Groups::memory_bytes() const {
  return page_bytes() + table_bytes_ + heap_bytes_of_vector(shards_);
}

void Groups::forget_name(Index group) {
  const std::size_t bytes = allocated_for(pool_[group].name_view());
  names_.give_back(reinterpret_cast<char*>(pool_[group].name), bytes);
}

}  // namespace mailrail::engine
