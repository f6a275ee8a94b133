// What `mailrail bench` is told: a workload, and how it differs from what that is by itself.
//
// What a workload cannot do is refused, rather than left out: a figure must be of what was asked
// for.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/session.h"
#include "load/judge.h"
#include "load/script.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

enum class Workload : std::uint8_t {
  send,
  send_batch,
  receive,
  fifo,
  standard,
  fan_out,
  wake_up,
  replay,
};

struct BenchOptions {
  SessionOptions session;
  std::string workload;
  std::optional<std::string> file;
  std::optional<std::string> duration;
  std::optional<std::string> warm_up;
  std::optional<std::string> rate;
  std::optional<std::string> size;
  std::optional<std::uint64_t> messages;
  std::optional<std::uint32_t> groups;
  std::optional<std::uint32_t> producers;
  std::optional<std::uint32_t> consumers;
  std::optional<std::uint32_t> queues;
  std::optional<std::uint32_t> batch;
  std::optional<std::string> work;
  std::optional<std::uint32_t> process;
  bool is_unsigned = false;
};

void add_bench_options(CLI::App& command, BenchOptions& options);

// One that is settled.
struct Bench {
  Workload workload = Workload::send;
  std::string name;  // As it is typed.
  Duration duration = {};
  Duration warm_up = {};
  std::optional<std::uint64_t> per_second = {};
  std::uint64_t body_bytes = 0;           // With the tag. Of made-up messages.
  std::optional<std::uint64_t> messages;  // None: time ends it.
  std::uint32_t producers = 0;
  std::uint32_t consumers = 0;
  std::uint32_t queues = 1;
  std::uint32_t batch = 1;
  Duration work = {};
  load::Script script;

  load::Order order() const {
    return script.groups() == 0 ? load::Order::standard : load::Order::fifo;
  }

  // As many messages as one send takes, of those that are there before.
  std::size_t batch_before() const;
};

// The errors are of kind usage.
Result<Bench> bench_of(const BenchOptions& options);

}  // namespace mailrail::cli
