#include "load/judge.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace mailrail::load {
namespace {

constexpr std::size_t examples_max = 5;
constexpr std::size_t shown_characters = 60;

}  // namespace

void Judge::sent(std::uint32_t group, Time due) {
  if (group >= groups_.size()) groups_.resize(std::size_t{group} + 1);
  messages_.emplace(sent_count_++,
                    Message{.due = due, .group = group, .place = ++groups_[group].sent});
}

void Judge::acknowledged(std::uint64_t number) {
  Message* const message = find(number);
  CHECK(message != nullptr && !message->is_acknowledged);
  ++verdict_.acknowledged;
  message->is_acknowledged = true;
  settle(number, *message);
}

void Judge::unanswered(std::uint64_t number) {
  Message* const message = find(number);
  if (message == nullptr) return;
  message->is_unanswered = true;
  settle(number, *message);
}

std::optional<Time> Judge::received(std::uint64_t number, const Lease& lease, Time now) {
  if (number >= sent_count()) {
    blame(verdict_.foreign, fmt::format("message {} came, and was never sent", number));
    return std::nullopt;
  }
  Message* const message = find(number);
  if (message == nullptr) {
    blame(verdict_.repeated,
          fmt::format("message {} came again after it was received and deleted", number));
    return std::nullopt;
  }
  if (message->was_received && (message->is_deleted || now < message->leased_until)) {
    blame(verdict_.repeated,
          fmt::format("{} came again {}", name_of(number, *message),
                      message->is_deleted ? "after its delete was acknowledged"
                                          : "before its visibility timeout had ended"));
  }
  if (order_ == Order::fifo) check_overlap(number, *message, lease, now);
  const bool is_first = !std::exchange(message->was_received, true);
  if (is_first) {
    ++verdict_.received;
    if (order_ == Order::fifo) check_order(number, *message);
  }
  Group& group = groups_[message->group];
  if (!std::exchange(message->is_in_flight, true)) ++group.in_flight;
  message->receive = group.receive = lease.receive;
  message->leased_until = group.leased_until = lease.until;
  return is_first ? std::optional(message->due) : std::nullopt;
}

void Judge::foreign(std::string_view body) {
  blame(verdict_.foreign, fmt::format("a message came that was never sent: \"{}\"",
                                      body.substr(0, shown_characters)));
}

void Judge::deleting(std::uint64_t number) {
  if (Message* const message = find(number)) land(*message);
}

void Judge::deleted(std::uint64_t number) {
  Message* const message = find(number);
  if (message == nullptr) return;
  message->is_deleted = true;
  settle(number, *message);
}

const Verdict& Judge::finish() {
  std::vector<std::uint64_t> lost;
  for (const auto& [number, message] : messages_)
    if (message.is_acknowledged && !message.was_received) lost.push_back(number);
  std::ranges::sort(lost);
  for (const std::uint64_t each : lost) {
    blame(verdict_.lost,
          fmt::format("{} was acknowledged and never came", name_of(each, messages_.at(each))));
  }
  return verdict_;
}

Judge::Message* Judge::find(std::uint64_t number) {
  const auto found = messages_.find(number);
  return found == messages_.end() ? nullptr : &found->second;
}

// What is in flight in a conversation came by one receive, and holds up all others.
void Judge::check_overlap(std::uint64_t number,
                          const Message& message,
                          const Lease& lease,
                          Time now) {
  const Group& group = groups_[message.group];
  const std::uint32_t others = group.in_flight - (message.is_in_flight ? 1 : 0);
  if (others == 0 || group.receive == lease.receive || now >= group.leased_until) return;
  blame(verdict_.overlapping,
        fmt::format("{} came while another consumer had one of them", name_of(number, message)));
}

void Judge::check_order(std::uint64_t number, const Message& message) {
  Group& group = groups_[message.group];
  if (message.place < group.received_up_to && !message.is_unanswered) {
    blame(verdict_.out_of_order,
          fmt::format("{} came after number {}", name_of(number, message), group.received_up_to));
  }
  group.received_up_to = std::max(group.received_up_to, message.place);
}

void Judge::land(Message& message) {
  if (std::exchange(message.is_in_flight, false)) --groups_[message.group].in_flight;
}

// What is over for good need not be kept.
void Judge::settle(std::uint64_t number, Message& message) {
  if (!message.is_deleted || !(message.is_acknowledged || message.is_unanswered)) return;
  if (message.is_acknowledged) ++settled_;
  land(message);
  messages_.erase(number);
}

void Judge::blame(std::uint64_t& count, std::string example) {
  ++count;
  if (verdict_.examples.size() < examples_max) verdict_.examples.push_back(std::move(example));
}

std::string Judge::name_of(std::uint64_t number, const Message& message) const {
  if (order_ == Order::standard) return fmt::format("message {}", number);
  return fmt::format("message {}, number {} of conversation {},", number, message.place,
                     message.group);
}

}  // namespace mailrail::load
