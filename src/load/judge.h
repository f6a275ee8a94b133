// Judge: whether a queue kept its promises to the messages that went through it, found out while
// they go.
//
// It is told what producers sent and what was acknowledged, what consumers got and deleted, in the
// order in which one thread saw it. It finds messages that were lost, repeated without need, out of
// the order of their conversation, or with two consumers at once, and what nobody sent. It only
// accuses where it is sure: what may be due to an answer that did not come counts for the queue.
// Memory is for messages that are under way; what was deleted is forgotten.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "load/schedule.h"

namespace mailrail::load {

enum class Order : std::uint8_t { standard, fifo };

// Which receive brought a message, and until when the queue has to keep it from others.
struct Lease {
  std::uint64_t receive = 0;  // No two have the same.
  Time until;                 // Rather too early than too late.
};

struct Verdict {
  std::uint64_t acknowledged = 0;
  std::uint64_t received = 0;  // Each once.
  std::uint64_t lost = 0;      // Acknowledged, and never received.
  std::uint64_t repeated = 0;  // Received again although deleted, or in flight.
  std::uint64_t out_of_order = 0;
  std::uint64_t overlapping = 0;  // Received while another receive had some of its conversation.
  std::uint64_t foreign = 0;      // Nobody sent it.
  std::vector<std::string> examples = {};  // Of violations, a sentence each: the first few.

  std::uint64_t violations() const {
    return lost + repeated + out_of_order + overlapping + foreign;
  }
};

class Judge {
 public:
  explicit Judge(Order order) : order_(order) {}

  // The next message of a conversation, on its way; its number is one more than the last one's,
  // from 0 on. Before the next of the same conversation leaves, it is acknowledged or unanswered,
  // or they are in one batch.
  void sent(std::uint32_t group, Time due);

  void acknowledged(std::uint64_t number);
  void unanswered(std::uint64_t number);  // Whether it is there nobody knows.

  // When it was due, if it came for the first time.
  std::optional<Time> received(std::uint64_t number, const Lease& lease, Time now);
  void foreign(std::string_view body);

  void deleting(std::uint64_t number);  // Before it leaves: from then on others may come.
  void deleted(std::uint64_t number);

  std::uint64_t sent_count() const { return sent_count_; }
  // So many were acknowledged, and not yet received and deleted.
  std::uint64_t outstanding() const { return verdict_.acknowledged - settled_; }
  const Verdict& verdict() const { return verdict_; }

  // At the end: what has not come by now is lost.
  const Verdict& finish();

 private:
  struct Message {
    Time due;
    Time leased_until = {};
    std::uint64_t receive = 0;
    std::uint32_t group = 0;
    std::uint32_t place = 0;  // In its conversation, from 1 on.
    bool is_acknowledged = false;
    bool is_unanswered = false;
    bool was_received = false;
    bool is_in_flight = false;  // Received, and its delete has not left.
    bool is_deleted = false;
  };

  struct Group {
    std::uint32_t sent = 0;
    std::uint32_t received_up_to = 0;  // The latest place that was received.
    std::uint32_t in_flight = 0;
    std::uint64_t receive = 0;  // That brought what is in flight.
    Time leased_until = {};
  };

  Message* find(std::uint64_t number);
  void check_overlap(std::uint64_t number, const Message& message, const Lease& lease, Time now);
  void check_order(std::uint64_t number, const Message& message);
  void land(Message& message);
  void settle(std::uint64_t number, Message& message);
  void blame(std::uint64_t& count, std::string example);
  std::string name_of(std::uint64_t number, const Message& message) const;

  const Order order_;
  boost::unordered_flat_map<std::uint64_t, Message> messages_;  // Without those that are over.
  std::uint64_t sent_count_ = 0;
  std::vector<Group> groups_;
  std::uint64_t settled_ = 0;
  Verdict verdict_;
};

}  // namespace mailrail::load
