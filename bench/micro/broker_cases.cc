#include <chrono>
#include <cstdint>

#include "bench/micro/case.h"
#include "broker/consumers.h"

namespace mailrail::bench {
namespace {

// What is noted of a consumer when it receives a message and deletes it.
class ReceiveAndDelete {
 public:
  void operator()() {
    now_ += std::chrono::milliseconds(1);
    const engine::ReceivedMessage message{
        .queue = QueueId(1), .seq = Seq(++seq_), .receive_count = 1};
    const broker::ConsumerId who = consumers_.asks(
        message.queue,
        {.address = "10.0.0.1", .user_agent = "aws-sdk-js/3.1169.0", .key_id = "AKIAANN"}, now_);
    consumers_.answered(who, {.messages = {&message, 1}, .until = now_ + std::chrono::seconds(30)},
                        now_);
    consumers_.deleted(message.handle(), now_);
  }

 private:
  broker::Consumers consumers_;
  Instant now_ = from_unix_ms(1'700'000'000'000);
  std::uint64_t seq_ = 0;
};

}  // namespace

std::vector<Case> broker_cases() {
  return {
      {"broker/note_consumer", [] { return [noted = ReceiveAndDelete()]() mutable { noted(); }; }}};
}

}  // namespace mailrail::bench
