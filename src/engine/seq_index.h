// SeqIndex: the messages of one queue in the order of their sequence numbers, each found in
// logarithmic time.
//
// Runs of at most 254 neighbours in sorted arrays, under an ordered map: eight bytes a message, no
// rehash, no step whose cost grows with the queue. Sequence numbers are mostly appended and may be
// removed anywhere. All of it lies in slabs, which many may share.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/slabs.h"
#include "engine/pool.h"

namespace mailrail::engine {

class SeqIndex {
 public:
  explicit SeqIndex(Slabs& slabs) : runs_(SlabAllocator<Runs::value_type>(slabs)) {}
  SeqIndex(const SeqIndex&) = delete;
  SeqIndex& operator=(const SeqIndex&) = delete;

  // `seq` must not be in the index yet.
  void insert(Seq seq, Index entry);
  void erase(Seq seq);

  // no_index if absent.
  Index find(Seq seq) const;
  // The first entry with a sequence number of at least `seq`; no_index if there is none.
  Index first_from(Seq seq) const;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  struct Slot {
    std::uint32_t offset;  // From the key of the run.
    Index entry;
  };
  using Run = std::vector<Slot, SlabAllocator<Slot>>;
  using Runs =
      std::map<std::uint64_t, Run, std::less<>, SlabAllocator<std::pair<const std::uint64_t, Run>>>;
  static constexpr std::size_t run_size_max = Slabs::block_bytes_max / sizeof(Slot);

  Runs::iterator run_for_insert(std::uint64_t seq);
  Runs::iterator add_run(Runs::iterator before, std::uint64_t key);
  void split(Runs::iterator run);
  void merge_with_next(Runs::iterator run);

  Runs runs_;  // By the first sequence number that a run may hold.
  std::size_t size_ = 0;
};

}  // namespace mailrail::engine
