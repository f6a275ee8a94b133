// Consumer: a role that receives, tells the judge what came, and deletes it.
//
// What it could not delete comes again after the visibility timeout, which is no fault of a queue.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "load/figures.h"
#include "load/judge.h"
#include "load/requests.h"
#include "load/role.h"

namespace mailrail::load {

enum class Deleting : std::uint8_t { deletes, only_receives };

// What the consumers of a queue share. It outlives them.
struct Consumption {
  std::string queue_url;
  int receive_max = 10;
  int wait_seconds = 0;
  Deleting deleting = Deleting::deletes;
  std::chrono::nanoseconds work{0};  // How long a consumer keeps what it got before it deletes it.
  std::chrono::nanoseconds visibility_timeout = std::chrono::seconds(30);  // The queue's.
  const Requests& requests;
  Figures& figures;
  Judge* judge = nullptr;
  std::uint64_t messages_max = UINT64_MAX;  // Then it is over.
  Time ends_at = Time::max();

  std::uint64_t received = 0;
  std::uint64_t receives = 0;   // How many were asked.
  std::uint32_t consuming = 0;  // So many consumers are not gone,
  std::uint32_t answered = 0;   // and had no failure since they were last answered.
};

class Consumer final : public Role {
 public:
  explicit Consumer(Consumption& consumption);

  Step next(Time now) override;
  void on_reply(const Reply& reply, Time now) override;
  void on_broken(std::string_view why) override;
  void on_gone(std::string_view why) override;

 private:
  enum class Doing : std::uint8_t { nothing, receiving, deleting };

  Step remove();
  void on_received(const Reply& reply, Time now);
  void on_deleted(const Reply& reply, Time now);
  void judge(const ReceivedMessage& message, Time now);
  void fail(std::string_view why);

  Consumption& consumption_;
  Doing doing_ = Doing::nothing;
  bool is_answered_ = true;  // As `consumption_.answered` counts it.
  Time begun_ = {};
  Time received_at_ = {};
  std::uint64_t receive_ = 0;
  std::vector<std::string> receipt_handles_;           // Of what was received and is to be deleted,
  std::vector<std::optional<std::uint64_t>> numbers_;  // and which messages these are.
  ReplyParser parser_;
};

}  // namespace mailrail::load
