#include "engine/seq_index.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/check.h"

namespace mailrail::engine {
namespace {

constexpr std::size_t merged_size_max =
    128;  // Well below the maximum, so that a merge isn't soon undone by a split.
constexpr std::uint64_t offset_max = std::numeric_limits<std::uint32_t>::max();

template <class Run>
auto lower_bound(Run& run, std::uint64_t offset) {
  return std::lower_bound(
      run.begin(), run.end(), offset,
      [](const auto& slot, std::uint64_t wanted) { return slot.offset < wanted; });
}

}  // namespace

void SeqIndex::insert(Seq seq, Index entry) {
  const auto run = run_for_insert(seq.value());
  auto& [key, slots] = *run;
  const auto offset = static_cast<std::uint32_t>(seq.value() - key);
  if (slots.size() == slots.capacity())
    slots.reserve(std::clamp<std::size_t>(2 * slots.capacity(), 1, run_size_max));
  const auto at = lower_bound(slots, offset);
  CHECK(at == slots.end() || at->offset != offset);
  slots.insert(at, Slot{.offset = offset, .entry = entry});
  size_ += 1;
}

void SeqIndex::erase(Seq seq) {
  const auto run = std::prev(runs_.upper_bound(seq.value()));
  Run& slots = run->second;
  const auto at = lower_bound(slots, seq.value() - run->first);
  CHECK(at != slots.end() && at->offset == seq.value() - run->first);
  slots.erase(at);
  size_ -= 1;
  if (slots.empty()) {
    runs_.erase(run);
    return;
  }
  if (slots.size() * 2 + 8 < slots.capacity()) slots.shrink_to_fit();
  merge_with_next(run);
}

Index SeqIndex::find(Seq seq) const {
  const auto after = runs_.upper_bound(seq.value());
  if (after == runs_.begin()) return no_index;
  const auto& [key, slots] = *std::prev(after);
  const auto at = lower_bound(slots, seq.value() - key);
  return at != slots.end() && at->offset == seq.value() - key ? at->entry : no_index;
}

Index SeqIndex::first_from(Seq seq) const {
  auto run = runs_.upper_bound(seq.value());
  if (run != runs_.begin()) {
    const auto& [key, slots] = *std::prev(run);
    const auto at = lower_bound(slots, seq.value() - key);
    if (at != slots.end()) return at->entry;
  }
  return run == runs_.end() ? no_index : run->second.front().entry;
}

SeqIndex::Runs::iterator SeqIndex::add_run(Runs::iterator before, std::uint64_t key) {
  return runs_.try_emplace(before, key, SlabAllocator<Slot>(runs_.get_allocator()));
}

SeqIndex::Runs::iterator SeqIndex::run_for_insert(std::uint64_t seq) {
  const auto after = runs_.upper_bound(seq);
  if (after == runs_.begin()) return add_run(after, seq);
  auto run = std::prev(after);
  if (seq - run->first > offset_max) return add_run(after, seq);
  if (run->second.size() < run_size_max) return run;
  if (run->first + run->second.back().offset < seq) return add_run(after, seq);
  split(run);
  return std::prev(runs_.upper_bound(seq));
}

void SeqIndex::split(Runs::iterator run) {
  auto& [key, slots] = *run;
  const auto middle = slots.begin() + static_cast<std::ptrdiff_t>(slots.size() / 2);
  const std::uint32_t shift = middle->offset;
  Run& upper = add_run(std::next(run), key + shift)->second;
  upper.assign(middle, slots.end());
  for (Slot& slot : upper) slot.offset -= shift;
  slots.erase(middle, slots.end());
}

void SeqIndex::merge_with_next(Runs::iterator run) {
  const auto next = std::next(run);
  if (next == runs_.end() || run->second.size() + next->second.size() > merged_size_max) return;
  const std::uint64_t shift = next->first - run->first;
  if (shift + next->second.back().offset > offset_max) return;
  for (Slot slot : next->second) {
    slot.offset += static_cast<std::uint32_t>(shift);
    run->second.push_back(slot);
  }
  runs_.erase(next);
}

}  // namespace mailrail::engine
