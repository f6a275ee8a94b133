#include "engine/groups.h"

#include <cstdlib>

#include <xxhash.h>

#include "base/check.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

GroupName* copy_name(std::string_view name) {
  CHECK(name.size() <= group_name_bytes_max);
  auto* copy = static_cast<GroupName*>(std::malloc(sizeof(GroupName::size) + name.size() + 1));
  CHECK(copy != nullptr);
  copy->size = static_cast<std::uint8_t>(name.size());
  name.copy(copy->bytes, name.size());  // Unlike memcpy, with no bytes from nowhere too.
  return copy;
}

}  // namespace

Groups::Groups(std::uint64_t seed) : seed_(seed) {
  for (int i = 0; i < 256; ++i)
    shards_.emplace_back(0, Hash{.pool = &pool_}, Equal{.pool = &pool_});
}

Groups::~Groups() {
  for (const Shard& each : shards_) {
    for (const Index group : each) std::free(pool_[group].name);
  }
}

bool Groups::Equal::operator()(const Key& key, Index group) const {
  const Group& candidate = (*pool)[group];
  return candidate.hash == key.hash && candidate.contents == key.contents &&
         candidate.name_view() == key.name;
}

Groups::Key Groups::key_of(Index contents, std::string_view name) const {
  const std::uint64_t hash = XXH3_64bits_withSeed(name.data(), name.size(), seed_ + contents);
  return Key{.contents = contents, .name = name, .hash = hash};
}

Index Groups::find(Index contents, std::string_view name) const {
  const Key key = key_of(contents, name);
  const Shard& candidates = shards_[key.hash >> 56];
  const auto found = candidates.find(key);
  return found == candidates.end() ? no_index : *found;
}

Index Groups::obtain(Index contents, std::string_view name) {
  const Key key = key_of(contents, name);
  Shard& candidates = shard(key.hash);
  if (const auto found = candidates.find(key); found != candidates.end()) return *found;
  const Index group = pool_.take();
  pool_[group].hash = key.hash;
  pool_[group].name = copy_name(name);
  pool_[group].contents = contents;
  candidates.insert(group);
  return group;
}

void Groups::free(Index group) {
  CHECK(pool_[group].size == 0);
  shard(pool_[group].hash).erase(group);
  std::free(pool_[group].name);
  pool_.give_back(group);
}

}  // namespace mailrail::engine
