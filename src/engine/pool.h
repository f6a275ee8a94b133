// Pool: items of one small, plain type, addressed by 32-bit indices that never move.
//
// Memory is taken and returned a page at a time, so no growth copies items and a drained server
// gives its memory back. Pages lie beside the heap: between them there would be holes, from which
// every small allocation of the process would then be served, each time another one that no cache
// has. An index stays valid until it is given back; using it later is a bug that nothing here
// detects.

#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "base/mapped_allocator.h"
#include "engine/heap.h"

namespace mailrail::engine {

using Index = std::uint32_t;
inline constexpr Index no_index = ~Index{0};

template <class Item>
class Pool {
  static_assert(std::is_trivially_destructible_v<Item>);

 public:
  // A value-initialised item.
  Index take() {
    while (!pages_with_room_.empty()) {
      const Index page = pages_with_room_.back();
      if (pages_[page].first_free != none_free) return take_from(page);
      pages_[page].is_listed = false;
      pages_with_room_.pop_back();
    }
    return take_from(add_page());
  }

  void give_back(Index index) {
    const Index page_number = index / page_items;
    Page& page = pages_[page_number];
    Slot& slot = page.slots[index % page_items];
    slot.next_free = page.first_free;
    page.first_free = static_cast<std::uint16_t>(index % page_items);
    size_ -= 1;
    if (--page.used == 0 && size_ > 0) {
      page = Page();
      absent_pages_.push_back(page_number);
    } else if (!page.is_listed) {
      page.is_listed = true;
      pages_with_room_.push_back(page_number);
    }
  }

  Item& operator[](Index index) {
    return pages_[index / page_items].slots[index % page_items].item;
  }
  const Item& operator[](Index index) const {
    return pages_[index / page_items].slots[index % page_items].item;
  }

  std::size_t size() const { return size_; }

  // Of pages, however full they are.
  std::uint64_t memory_bytes() const {
    return (pages_.size() - absent_pages_.size()) * mapped_bytes(page_items * sizeof(Slot)) +
           heap_bytes_of_vector(pages_) + heap_bytes_of_vector(pages_with_room_) +
           heap_bytes_of_vector(absent_pages_);
  }
  // Of items in use: the rest of the pages is room that new ones take first.
  std::uint64_t used_bytes() const { return size_ * sizeof(Slot); }

 private:
  static constexpr Index page_items = 1024;
  static constexpr std::uint16_t none_free = 0xffff;

  union Slot {
    Slot() {}
    Item item;
    std::uint16_t next_free;
  };
  // Without slots: absent.
  struct Page {
    std::vector<Slot, MappedAllocator<Slot>> slots;
    std::uint16_t first_free = none_free;
    std::uint16_t used = 0;
    bool is_listed = false;
  };

  Index add_page() {
    Index number = static_cast<Index>(pages_.size());
    if (absent_pages_.empty()) {
      CHECK(pages_.size() < no_index / page_items);
      pages_.emplace_back();
    } else {
      number = absent_pages_.back();
      absent_pages_.pop_back();
    }
    Page& page = pages_[number];
    page.slots = std::vector<Slot, MappedAllocator<Slot>>(page_items);
    for (Index i = 0; i < page_items; ++i) {
      page.slots[i].next_free = i + 1 < page_items ? static_cast<std::uint16_t>(i + 1) : none_free;
    }
    page.first_free = 0;
    page.is_listed = true;
    pages_with_room_.push_back(number);
    return number;
  }

  Index take_from(Index page_number) {
    Page& page = pages_[page_number];
    const std::uint16_t within = page.first_free;
    page.first_free = page.slots[within].next_free;
    page.used += 1;
    size_ += 1;
    new (&page.slots[within].item) Item();
    return page_number * page_items + within;
  }

  std::vector<Page> pages_;
  std::vector<Index> pages_with_room_;  // Candidates; an entry may be stale.
  std::vector<Index> absent_pages_;     // Numbers of pages that were returned.
  std::size_t size_ = 0;
};

}  // namespace mailrail::engine
