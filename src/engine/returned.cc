#include "engine/returned.h"

#include <utility>

#include "base/check.h"

namespace mailrail::engine::returned {
namespace {

std::uint64_t priority(Seq seq) {
  std::uint64_t mixed = seq.value() * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93;
  return mixed ^ (mixed >> 32);
}

struct Halves {
  Index below;
  Index above;
};

Halves split(Pool<Entry>& entries, Index root, Seq seq) {
  if (root == no_index) return {.below = no_index, .above = no_index};
  Entry& top = entries[root];
  if (top.seq < seq) {
    const auto [below, above] = split(entries, top.next, seq);
    top.next = below;
    return {.below = root, .above = above};
  }
  const auto [below, above] = split(entries, top.previous, seq);
  top.previous = above;
  return {.below = below, .above = root};
}

Index merge(Pool<Entry>& entries, Index below, Index above) {
  if (below == no_index) return above;
  if (above == no_index) return below;
  if (priority(entries[below].seq) > priority(entries[above].seq)) {
    entries[below].next = merge(entries, entries[below].next, above);
    return below;
  }
  entries[above].previous = merge(entries, below, entries[above].previous);
  return above;
}

}  // namespace

Index insert(Pool<Entry>& entries, Index root, Index entry) {
  if (root == no_index || priority(entries[entry].seq) > priority(entries[root].seq)) {
    const auto [below, above] = split(entries, root, entries[entry].seq);
    entries[entry].previous = below;
    entries[entry].next = above;
    return entry;
  }
  Entry& top = entries[root];
  Index& side = entries[entry].seq < top.seq ? top.previous : top.next;
  side = insert(entries, side, entry);
  return root;
}

Index erase(Pool<Entry>& entries, Index root, Index entry) {
  CHECK(root != no_index);
  Entry& top = entries[root];
  if (root == entry) return merge(entries, top.previous, top.next);
  Index& side = entries[entry].seq < top.seq ? top.previous : top.next;
  side = erase(entries, side, entry);
  return root;
}

Index first(const Pool<Entry>& entries, Index root) {
  CHECK(root != no_index);
  while (entries[root].previous != no_index) root = entries[root].previous;
  return root;
}

}  // namespace mailrail::engine::returned
