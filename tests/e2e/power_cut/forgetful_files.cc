#include "forgetful_files.h"

#include <algorithm>

namespace mailrail::power_cut {

File::PagePointer File::Content::find(std::uint64_t number) const {
  const auto found = pages.find(number);
  return found == pages.end() ? nullptr : found->second;
}

File::Page File::Content::page(std::uint64_t number) const {
  const PagePointer found = find(number);
  return found == nullptr ? Page{} : *found;
}

void File::Content::set(std::uint64_t number, PagePointer page) {
  if (page == nullptr) {
    pages.erase(number);
  } else {
    pages[number] = std::move(page);
  }
}

void File::Content::set(std::uint64_t number, const Page& page) {
  const bool is_zeros = std::ranges::all_of(page, [](char each) { return each == '\0'; });
  set(number, is_zeros ? nullptr : std::make_shared<const Page>(page));
}

void File::Content::clear_behind_end() {
  if (const std::size_t end = size % page_bytes; end != 0) {
    Page last = page(size / page_bytes);
    std::fill(last.begin() + static_cast<std::ptrdiff_t>(end), last.end(), '\0');
    set(size / page_bytes, last);
  }
  pages.erase(pages.lower_bound((size + page_bytes - 1) / page_bytes), pages.end());
}

std::size_t File::read(std::uint64_t offset, std::span<char> out) const {
  if (offset >= cached_.size) return 0;
  const std::size_t size = std::min<std::uint64_t>(out.size(), cached_.size - offset);
  for (std::size_t done = 0; done < size;) {
    const std::size_t start = (offset + done) % page_bytes;
    const std::size_t count = std::min(size - done, page_bytes - start);
    const PagePointer page = cached_.find((offset + done) / page_bytes);
    if (page == nullptr) {
      std::fill_n(out.data() + done, count, '\0');
    } else {
      std::copy_n(page->data() + start, count, out.data() + done);
    }
    done += count;
  }
  return size;
}

void File::write(std::uint64_t offset, std::span<const char> bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const std::uint64_t number = (offset + done) / page_bytes;
    const std::size_t start = (offset + done) % page_bytes;
    const std::size_t count = std::min(bytes.size() - done, page_bytes - start);
    Page page = cached_.page(number);
    std::copy_n(bytes.data() + done, count, page.data() + start);
    cached_.set(number, page);
    unsynced_pages_.insert(number);
    done += count;
  }
  cached_.size = std::max<std::uint64_t>(cached_.size, offset + bytes.size());
}

void File::resize(std::uint64_t size) {
  for (auto each = cached_.pages.lower_bound(size / page_bytes); each != cached_.pages.end();
       ++each)
    unsynced_pages_.insert(each->first);
  cached_.size = size;
  cached_.clear_behind_end();
}

File::Unsynced File::unsynced() const {
  Unsynced unsynced{.size = cached_.size, .pages = {}};
  for (const std::uint64_t each : unsynced_pages_) unsynced.pages[each] = cached_.find(each);
  return unsynced;
}

void File::sync(const Unsynced& unsynced) {
  for (const auto& [number, page] : unsynced.pages) {
    synced_.set(number, page);
    if (cached_.find(number) == page) unsynced_pages_.erase(number);
  }
  synced_.size = unsynced.size;
}

// What a cut in the middle of writing a page may leave: the old one, the new one, or the beginning
// of the new one before the rest of the old one.
File::Page File::survivor(std::uint64_t page, Randomness& random) const {
  const Page written = cached_.page(page);
  Page left = synced_.page(page);
  constexpr std::size_t sectors = page_bytes / sector_bytes;
  const std::size_t fate = random() % (4 * sectors);
  const std::size_t written_sectors = fate < sectors ? fate : fate < 2 * sectors ? sectors : 0;
  std::copy_n(written.begin(), written_sectors * sector_bytes, left.begin());
  return left;
}

std::size_t File::cut_power(Leaves leaves, Randomness& random) {
  std::size_t lost = 0;
  if (leaves == Leaves::some && random() % 2 == 0) synced_.size = cached_.size;
  for (const std::uint64_t each : unsynced_pages_) {
    if (leaves == Leaves::some) synced_.set(each, survivor(each, random));
    if (synced_.page(each) != cached_.page(each)) ++lost;
  }
  unsynced_pages_.clear();
  synced_.clear_behind_end();
  cached_ = synced_;
  return lost;
}

std::shared_ptr<Node> Directory::find(std::string_view name) const {
  const auto found = cached_.find(name);
  return found == cached_.end() ? nullptr : found->second;
}

void Directory::add(std::string name, std::shared_ptr<Node> node) {
  change({{std::move(name), std::move(node)}});
}

void Directory::remove(std::string name) { change({{std::move(name), nullptr}}); }

void Directory::rename(std::string from, std::string to) {
  std::shared_ptr<Node> node = find(from);
  change({{std::move(from), nullptr}, {std::move(to), std::move(node)}});
}

void Directory::change(Change change) {
  apply(change, cached_);
  unsynced_changes_.push_back(std::move(change));
}

void Directory::apply(const Change& change, Entries& entries) {
  for (const auto& [name, node] : change) {
    if (node == nullptr) {
      entries.erase(name);
    } else {
      entries[name] = node;
    }
  }
}

void Directory::sync(std::uint64_t change_count) {
  for (; synced_changes_ < change_count; ++synced_changes_) {
    apply(unsynced_changes_.front(), synced_);
    unsynced_changes_.pop_front();
  }
}

std::size_t Directory::cut_power(Leaves leaves, Randomness& random) {
  const std::size_t left = leaves == Leaves::some ? random() % (unsynced_changes_.size() + 1) : 0;
  std::size_t lost = unsynced_changes_.size() - left;
  sync(synced_changes_ + left);
  unsynced_changes_.clear();
  cached_ = synced_;
  for (const auto& [name, node] : cached_) {
    if (node->file != nullptr) lost += node->file->cut_power(leaves, random);
    if (node->directory != nullptr) lost += node->directory->cut_power(leaves, random);
  }
  return lost;
}

}  // namespace mailrail::power_cut
