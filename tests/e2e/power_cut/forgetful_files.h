// Files and directories in memory that know what a power cut would leave of them.
//
// Each has what was done to it, which everybody sees, and what of that was synced. A power cut
// forgets the rest: all of it, or, as a real disk may, all but some pages, parts of pages, sizes
// and the first few changes of a directory. Nothing here waits, and nothing is shared between
// threads.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailrail::power_cut {

inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t sector_bytes = 512;  // What a disk writes as a whole.

using Randomness = std::mt19937_64;

// What a power cut leaves of what was not synced.
enum class Leaves : std::uint8_t { nothing, some };

class File {
 public:
  using Page = std::array<char, page_bytes>;
  using PagePointer = std::shared_ptr<const Page>;  // Null: zeros.

  // What a sync that begins now will have made safe when it ends.
  struct Unsynced {
    std::uint64_t size = 0;
    std::map<std::uint64_t, PagePointer> pages;
  };

  std::uint64_t size() const { return cached_.size; }
  std::size_t read(std::uint64_t offset, std::span<char> out) const;
  void write(std::uint64_t offset, std::span<const char> bytes);
  void resize(std::uint64_t size);
  Unsynced unsynced() const;
  void sync(const Unsynced& unsynced);

  // Returns how many pages were lost.
  std::size_t cut_power(Leaves leaves, Randomness& random);

 private:
  // Pages of zeros are not kept, nor is anything behind the end.
  struct Content {
    std::uint64_t size = 0;
    std::map<std::uint64_t, PagePointer> pages;

    PagePointer find(std::uint64_t number) const;
    Page page(std::uint64_t number) const;
    void set(std::uint64_t number, PagePointer page);
    void set(std::uint64_t number, const Page& page);
    void clear_behind_end();
  };

  Page survivor(std::uint64_t page, Randomness& random) const;

  Content cached_;
  Content synced_;
  std::set<std::uint64_t> unsynced_pages_;
};

class Directory;

// One of both.
struct Node {
  std::unique_ptr<File> file;
  std::unique_ptr<Directory> directory;
};

class Directory {
 public:
  using Entries = std::map<std::string, std::shared_ptr<Node>, std::less<>>;

  const Entries& entries() const { return cached_; }
  std::shared_ptr<Node> find(std::string_view name) const;

  // Each of these is kept or lost as a whole.
  void add(std::string name, std::shared_ptr<Node> node);
  void remove(std::string name);
  void rename(std::string from, std::string to);
  std::uint64_t change_count() const { return synced_changes_ + unsynced_changes_.size(); }
  void sync(std::uint64_t change_count);

  // Of everything below, too. Some changes are left in their order: a file system has a journal.
  std::size_t cut_power(Leaves leaves, Randomness& random);

 private:
  // Names and what they mean from then on; null: nothing.
  using Change = std::vector<std::pair<std::string, std::shared_ptr<Node>>>;

  void change(Change change);
  static void apply(const Change& change, Entries& entries);

  Entries cached_;
  Entries synced_;
  std::deque<Change> unsynced_changes_;
  std::uint64_t synced_changes_ = 0;
};

}  // namespace mailrail::power_cut
