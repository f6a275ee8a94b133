// Groups: finds the group of a name in the contents of one queue, and makes and frees groups.
//
// One set for all queues, cut into 256 shards so that no single growth step moves more than a small
// part of it.

#pragma once

#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/slabs.h"
#include "engine/group.h"
#include "engine/pool.h"

namespace mailrail::engine {

class Groups {
 public:
  explicit Groups(std::uint64_t seed);
  ~Groups();
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  Index find(Index contents, std::string_view name) const;
  // The group of that name, made if there is none.
  Index obtain(Index contents, std::string_view name);
  // It must be empty.
  void free(Index group);

  Group& operator[](Index group) { return pool_[group]; }
  const Group& operator[](Index group) const { return pool_[group]; }
  std::size_t size() const { return pool_.size(); }

  // All of it; what of it are pages and slabs of groups and their names, and what of these is not
  // room for more of any kind.
  std::uint64_t memory_bytes() const;
  std::uint64_t page_bytes() const { return pool_.memory_bytes() + names_.memory_bytes(); }
  std::uint64_t committed_bytes() const { return pool_.used_bytes() + names_.committed_bytes(); }

 private:
  struct Key {
    Index contents;
    std::string_view name;
    std::uint32_t hash;
  };
  // A table wants all bits to differ. A group keeps only half of them.
  static std::uint64_t spread(std::uint32_t hash) { return hash * 0x9e3779b97f4a7c15; }
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    const Pool<Group>* pool;
    std::size_t operator()(Index group) const { return spread((*pool)[group].hash); }
    std::size_t operator()(const Key& key) const { return spread(key.hash); }
  };
  struct Equal {
    using is_transparent = void;
    const Pool<Group>* pool;
    bool operator()(Index left, Index right) const { return left == right; }
    bool operator()(const Key& key, Index group) const;
    bool operator()(Index group, const Key& key) const { return (*this)(key, group); }
  };
  using Shard = boost::unordered_flat_set<Index, Hash, Equal>;

  Shard empty_shard() const { return Shard(0, Hash{.pool = &pool_}, Equal{.pool = &pool_}); }
  Key key_of(Index contents, std::string_view name) const;
  Shard& shard(std::uint32_t hash) { return shards_[hash >> 24]; }
  void forget_name(Index group);

  std::uint64_t seed_;
  Pool<Group> pool_;
  Slabs names_;
  std::vector<Shard> shards_;
  std::uint64_t table_bytes_ = 0;  // Of the shards.
};

}  // namespace mailrail::engine
