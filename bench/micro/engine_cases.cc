#include <cstdint>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/check.h"
#include "base/random.h"
#include "bench/micro/case.h"
#include "engine/engine.h"

namespace mailrail::bench {
namespace {

using namespace engine;

constexpr std::uint32_t groups = 1000;
constexpr std::size_t turns_of_a_frame = 64;

enum class Kind : std::uint8_t { standard, fifo };

// An engine with a queue, on a clock that goes on by a millisecond a turn. Its facts are thrown
// away now and then, as a frame is once it is sealed.
class Rig {
 public:
  explicit Rig(Kind kind) : kind_(kind) {
    engine_.found(turn_);
    queue_ = engine_.create_queue(turn_, {.region = "r", .account = "a", .name = "q"},
                                  {.is_fifo = kind == Kind::fifo}, {});
  }

  void send() {
    begin();
    const std::string number = fmt::format("{:012}", sent_);
    const std::string group = fmt::format("group-{:08}", sent_ % groups);
    const bool is_fifo = kind_ == Kind::fifo;
    engine_.send(turn_,
                 {.queue = queue_,
                  .group = is_fifo ? std::string_view(group) : std::string_view(),
                  .deduplication_id = is_fifo ? std::string_view(number) : std::string_view(),
                  .record = record_});
    ++sent_;
  }

  void receive_and_delete() {
    begin();
    const auto received = engine_.receive(turn_, {.queue = queue_, .count_max = 10});
    CHECK(!received.messages.empty());
    for (const ReceivedMessage& each : received.messages)
      CHECK(engine_.delete_message(turn_, each.handle()) == DeleteResult::done);
  }

 private:
  void begin() {
    turn_.now += 1ms;
    while (!engine_.advance(turn_.now)) {
    }
    if (++turns_ % turns_of_a_frame == 0) facts_ = FactWriter(facts_.end());
  }

  const Kind kind_;
  SeededRandom random_{7};
  FactWriter facts_{Position(4096)};
  Turn turn_{.now = from_unix_ms(1'700'000'000'000), .random = random_, .facts = facts_};
  Engine engine_{1};
  QueueId queue_ = {};
  std::uint64_t sent_ = 0;
  std::uint64_t turns_ = 0;
  const std::string record_ = std::string(1024, 'x');
};

// Sends alone: the queue grows.
std::function<void()> sending(Kind kind) {
  return [rig = std::make_shared<Rig>(kind)] { rig->send(); };
}

// One send and, every ten, a receive that takes them out: the queue stays as long as it is.
std::function<void()> passing(Kind kind, int waiting) {
  const auto rig = std::make_shared<Rig>(kind);
  for (int i = 0; i < waiting; ++i) rig->send();
  return [rig] {
    for (int i = 0; i < 10; ++i) rig->send();
    rig->receive_and_delete();
  };
}

}  // namespace

std::vector<Case> engine_cases() {
  constexpr int few = 1'000;
  constexpr int many = 100'000;
  return {
      {"engine/send", [] { return sending(Kind::standard); }},
      {"engine/send_fifo", [] { return sending(Kind::fifo); }},
      {"engine/pass_10", [] { return passing(Kind::standard, few); }},
      {"engine/pass_10_fifo", [] { return passing(Kind::fifo, few); }},
      {"engine/pass_10_fifo_beside_100000", [] { return passing(Kind::fifo, many); }},
  };
}

}  // namespace mailrail::bench
