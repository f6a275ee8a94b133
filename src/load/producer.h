// Producer: a role that sends its part of a script, as fast as it is answered or when each message
// is due.
//
// At a rate, latency counts from when a message was due, not from when it could leave at last.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "load/figures.h"
#include "load/judge.h"
#include "load/requests.h"
#include "load/role.h"
#include "load/script.h"

namespace mailrail::load {

enum class Sending : std::uint8_t { one_by_one, in_batches, by_query, publishing };

// What the producers of a run share. It outlives them.
struct Production {
  Sending sending = Sending::one_by_one;
  std::size_t batch_size = 10;
  std::string target;     // The queue's URL, or the topic's ARN.
  std::string more = {};  // Of each publish.
  const Requests& requests;
  const Script& script;
  Figures& figures;
  std::vector<Judge*> judges = {};        // One for each queue that the messages go to.
  std::optional<Schedule> schedule = {};  // None: a closed loop.
  std::uint64_t messages_max = UINT64_MAX;
  Time ends_at = Time::max();

  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  std::uint32_t producing = 0;  // So many producers are not over.
};

class Producer final : public Role {
 public:
  Producer(Production& production, const Part& part);

  Step next(Time now) override;
  void on_reply(const Reply& reply, Time now) override;
  void on_broken(std::string_view why) override;
  void on_gone(std::string_view why) override;

 private:
  std::optional<Item> upcoming() const;
  Step over();
  std::string request(Time due);
  void take(const Item& item, Time due);
  std::vector<std::size_t> failed_of(const Reply& reply);
  std::vector<std::size_t> all_outgoing() const;
  void settle(const std::vector<std::size_t>& failed);

  Production& production_;
  const Part part_;
  std::uint64_t taken_ = 0;  // Of its part.
  bool is_over_ = false;
  Time begun_ = {};
  std::vector<Outgoing> outgoing_;  // In the request that is under way.
  ReplyParser parser_;
};

}  // namespace mailrail::load
