// Sparse: what a simulated file holds, at the price of what was written.
//
// Behind the last byte that was written there may be zeros, which take no memory: a log reserves
// whole segments, and tests copy their disks by the thousand.

#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mailrail::sim {

class Sparse {
 public:
  Sparse() = default;
  explicit Sparse(std::string bytes) : written_(std::move(bytes)), size_(written_.size()) {}

  std::uint64_t size() const { return size_; }
  std::string all() const {
    std::string all = written_;
    all.resize(size_);
    return all;
  }

  // How many bytes there were from `offset` on, at most what fits.
  std::size_t read(std::uint64_t offset, std::span<char> out) const {
    if (offset >= size_) return 0;
    const std::size_t count = std::min<std::uint64_t>(out.size(), size_ - offset);
    const std::size_t copied =
        offset < written_.size() ? written_.copy(out.data(), count, offset) : 0;
    std::ranges::fill(out.subspan(copied, count - copied), '\0');
    return count;
  }
  bool has(std::uint64_t offset, std::string_view bytes) const {
    std::string there(bytes.size(), '\0');
    return read(offset, there) == bytes.size() && there == bytes;
  }

  void grow(std::uint64_t size) { size_ = std::max(size_, size); }
  void overwrite(std::uint64_t offset, std::string_view bytes) {
    const std::uint64_t end = offset + bytes.size();
    if (written_.size() < end) written_.resize(end);
    written_.replace(offset, bytes.size(), bytes);
    grow(end);
  }

 private:
  std::string written_;  // And zeros from there on.
  std::uint64_t size_ = 0;
};

}  // namespace mailrail::sim
