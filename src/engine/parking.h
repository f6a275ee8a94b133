// Parking: what one FIFO queue remembers of its poison conversations.
//
// Which conversations have stepped aside and since when, in the order of their names, so that they
// can be listed a page at a time; and how many receives of a message no longer count, because its
// conversation was let go on after them. Both are rare, so neither takes room in a group or a
// message. The conversations' messages stay where they are, in their group and in their order.

#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "engine/group.h"

namespace mailrail::engine {

class Parking {
 public:
  struct Place {
    Index group = no_index;
    Instant since = {};
  };
  // By the groups' own names, which stay where they are while the groups do.
  using Places = std::map<std::string_view, Place>;

  // `bytes` is what the parkings of all queues take of the heap, together.
  explicit Parking(std::uint64_t& bytes) : bytes_(bytes) {}
  ~Parking();
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  const Places& places() const { return places_; }
  void park(std::string_view name, Place place);
  void leave(std::string_view name);

  // How many of the message's receives do not count.
  std::uint32_t forgiven(Seq seq) const;
  void forgive(Seq seq, std::uint32_t receives);
  // The message is gone.
  void forget(Seq seq);

 private:
  std::uint64_t& bytes_;
  Places places_;
  std::map<Seq, std::uint32_t> forgiven_;  // None has 0.
};

}  // namespace mailrail::engine
