// Receivers: who received a message last, for people who look into a conversation that stands
// still.
//
// A note and nothing more: not in the log, gone with the process, and overwritten by that of a
// message so many later. Rules never look at it.

#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace mailrail::engine {

class Receivers {
 public:
  // Nothing is noted of one without a name, or with one that is too long.
  void note(Seq seq, std::string_view receiver);
  // Empty if it is not known.
  std::string_view find(Seq seq) const;

  std::uint64_t memory_bytes() const;

 private:
  struct Slot {
    Seq seq;
    const std::string* name = nullptr;  // In names_.
  };
  using Names = std::set<std::string, std::less<>>;

  const std::string* keep(std::string_view receiver);

  std::vector<Slot> slots_;  // By the last bits of seq. Empty until there is something to note.
  Names names_;
  std::uint64_t name_bytes_ = 0;
};

}  // namespace mailrail::engine
