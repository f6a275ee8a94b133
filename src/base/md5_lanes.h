// Several MD5s at once: one for each lane of a vector.
//
// One digest is a chain of steps that each wait for the one before, so a processor is mostly idle
// within it; sixteen side by side take hardly longer than three. Steps and constants are RFC
// 1321's; md5() says the same of one text, and a test compares them.

#pragma once

#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/digest.h"

namespace mailrail {

// As many digests as texts.
void md5_of_each(std::span<const std::string_view> texts, std::span<Md5> digests);

// Texts that come one by one and are digested together.
class Md5Batch {
 public:
  using Place = std::span<char, std::tuple_size_v<Md5>>;

  // Where the digest of `text` is to be written. Both stay where they are until then.
  void add(std::string_view text, Place place);
  // Those of all that was added; then there is none. Texts of about one length share the lanes.
  void write();

  std::size_t bytes() const { return bytes_; }  // Of all texts.

 private:
  struct Entry {
    std::string_view text;
    Place place;
  };

  std::vector<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace mailrail
