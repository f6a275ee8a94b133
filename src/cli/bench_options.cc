#include "cli/bench_options.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/shown.h"
#include "base/size.h"
#include "cli/argument.h"
#include "cli/exit_codes.h"
#include "cli/option_values.h"
#include "cli/text_lines.h"
#include "load/tag.h"
#include "sqs/limits.h"

namespace mailrail::cli {
namespace {

constexpr std::uint32_t connections_max = 10'000;
constexpr std::uint32_t groups_max = 10'000'000;
constexpr std::uint32_t queues_max = 1'000;

// What a workload is by itself.
struct Preset {
  Workload workload;
  std::string_view name;
  std::uint32_t groups = 0;
  std::uint32_t producers = 0;
  std::uint32_t consumers = 0;
  std::uint32_t batch = 1;
  std::optional<std::uint64_t> per_second = {};
};

constexpr std::array presets = {
    Preset{.workload = Workload::send, .name = "send", .producers = 64},
    Preset{.workload = Workload::send_batch, .name = "send-batch", .producers = 16, .batch = 10},
    Preset{.workload = Workload::receive, .name = "receive", .consumers = 16, .batch = 10},
    Preset{.workload = Workload::fifo,
           .name = "fifo",
           .groups = 1000,
           .producers = 16,
           .consumers = 16},
    Preset{.workload = Workload::standard, .name = "standard", .producers = 16, .consumers = 16},
    Preset{.workload = Workload::fan_out,
           .name = "fan-out",
           .groups = 1000,
           .producers = 16,
           .consumers = 16},
    Preset{.workload = Workload::wake_up,
           .name = "wake-up",
           .producers = 1,
           .consumers = 1,
           .per_second = 200},
    Preset{.workload = Workload::replay, .name = "replay", .producers = 16, .consumers = 16},
};
constexpr std::uint64_t received_messages = 100'000;

// The options that not all workloads have, and which have them.
struct Limited {
  std::string_view option;
  bool is_given;
  std::vector<Workload> of;
};

std::vector<Limited> limited(const BenchOptions& options) {
  using enum Workload;
  return {
      {"FILE", options.file.has_value(), {replay}},
      {"--duration",
       options.duration.has_value(),
       {send, send_batch, fifo, standard, fan_out, wake_up}},
      {"--warm-up",
       options.warm_up.has_value(),
       {send, send_batch, fifo, standard, fan_out, wake_up}},
      {"--rate",
       options.rate.has_value(),
       {send, send_batch, fifo, standard, fan_out, wake_up, replay}},
      {"--size",
       options.size.has_value(),
       {send, send_batch, receive, fifo, standard, fan_out, wake_up}},
      {"--groups", options.groups.has_value(), {send, send_batch, receive, fifo, fan_out, wake_up}},
      {"--producers",
       options.producers.has_value(),
       {send, send_batch, fifo, standard, fan_out, wake_up, replay}},
      {"--consumers",
       options.consumers.has_value(),
       {receive, fifo, standard, fan_out, wake_up, replay}},
      {"--work", options.work.has_value(), {receive, fifo, standard, fan_out, wake_up, replay}},
      {"--queues", options.queues.has_value(), {fan_out}},
      {"--batch", options.batch.has_value(), {send_batch, fifo, standard, wake_up, replay}},
  };
}

std::string_view name_of(Workload workload) {
  return std::ranges::find(presets, workload, &Preset::workload)->name;
}

std::unexpected<Error> wrong(std::string_view option, std::string_view text, std::string right) {
  return fail(errors::usage, fmt::format("{} {}: it must be {}.", option, shown(text), right));
}

Result<void> check_options(const BenchOptions& options, const Preset& preset) {
  for (const Limited& each : limited(options)) {
    if (!each.is_given || std::ranges::find(each.of, preset.workload) != each.of.end()) continue;
    return fail(errors::usage,
                fmt::format("{} is not for {}, only for {}.", each.option, preset.name,
                            fmt::join(each.of | std::views::transform(&name_of), ", ")));
  }
  if (preset.workload == Workload::replay && !options.file)
    return fail(errors::usage, "replay needs the FILE of conversations to say again.");
  if (preset.workload == Workload::fifo && options.groups == 0)
    return wrong("--groups", "0", "at least 1 for fifo; standard is the workload without");
  return {};
}

Result<std::uint64_t> size_of(const std::optional<std::string>& text) {
  constexpr std::uint64_t usual = 1024;
  if (!text) return usual;
  const auto size = parse_size(*text);
  if (!size || *size < load::tag_bytes || *size > sqs::limits::message_bytes_max) {
    return wrong("--size", *text,
                 fmt::format("a size from {}B to {}, like 1KiB", load::tag_bytes,
                             size_text(sqs::limits::message_bytes_max)));
  }
  return *size;
}

// What is worked on longer than it is hidden comes again.
Result<Duration> work_of(const std::string& text) {
  constexpr Duration work_max = 10s;
  const Duration work = TRY(duration_of("--work", text));
  if (work > work_max) return wrong("--work", text, "at most 10s");
  return work;
}

// The file's, or made up.
Result<load::Script> script_of(const BenchOptions& options,
                               std::uint32_t groups,
                               std::uint64_t body_bytes) {
  if (!options.file) {
    return load::Script::made_up(
        {.text_bytes = static_cast<std::size_t>(body_bytes) - load::tag_bytes, .groups = groups});
  }
  auto lines = TRY(TextLines::open(*options.file));
  std::string text;
  while (const auto line = TRY(lines.next())) text.append(*line).append("\n");
  auto script = load::Script::conversations(text);
  if (script) return script;
  return fail(errors::usage, fmt::format("{}: {}", shown(*options.file), script.error().message));
}

// As many as take part.
Result<void> check_parts(const Bench& bench) {
  if (bench.consumers > 0 && bench.consumers < bench.queues) {
    return wrong("--consumers", fmt::to_string(bench.consumers),
                 fmt::format("at least {}, one for each queue", bench.queues));
  }
  const std::uint64_t batch_bytes = bench.batch * bench.body_bytes;
  if (bench.batch > 1 && bench.workload != Workload::receive &&
      batch_bytes > sqs::limits::batch_bytes_max) {
    return wrong("--batch", fmt::to_string(bench.batch),
                 fmt::format("so few that a batch has at most {}, and bodies have {}",
                             size_text(sqs::limits::batch_bytes_max), size_text(bench.body_bytes)));
  }
  return {};
}

}  // namespace

void add_bench_options(CLI::App& command, BenchOptions& options) {
  std::vector<std::string> names;
  for (const Preset& each : presets) names.emplace_back(each.name);
  add_option(command, "WORKLOAD", options.workload,
             "send, send-batch: only producers. receive: only consumers, of messages sent before. "
             "fifo, standard: from end to end. fan-out: a topic to several queues. wake-up: to a "
             "consumer that waits. replay: the conversations of FILE.")
      .required()
      .one_of(std::move(names));
  add_option(command, "FILE", options.file,
             "Lines of JSON with a \"conversation\"; each is a message.");
  add_option(command, "--duration", options.duration, "How long to measure. Default: 10s.");
  add_option(command, "--warm-up", options.warm_up,
             "How long to go on before that, without counting. Default: 1s, and 0s with "
             "--messages.");
  add_option(command, "--rate", options.rate,
             "Messages a second, like 200/s: latency counts from when each was due. Default: as "
             "fast as answers come, and 200/s for wake-up.");
  add_option(command, "--size", options.size, "A body's, like 1KiB, which is the default.");
  add_option(command, "--messages", options.messages,
             "End after so many messages. Default: 100000 for receive.")
      .positive();
  add_option(command, "--groups", options.groups,
             "Conversations to spread messages over; 0: none, on a standard queue. Default: 1000 "
             "for fifo and fan-out, else 0.")
      .from_to(0, groups_max);
  add_option(command, "--producers", options.producers,
             "Connections that send, one request at a time. Default: 64 for send, 1 for wake-up, "
             "else 16.")
      .from_to(1, connections_max);
  add_option(command, "--consumers", options.consumers,
             "Connections that receive ten at once and delete them. Default: 1 for wake-up, else "
             "16.")
      .from_to(1, connections_max);
  add_option(command, "--queues", options.queues, "Queues that a topic fans out to. Default: 3.")
      .from_to(1, queues_max);
  add_option(command, "--batch", options.batch,
             "Messages of one send. Default: 10 for send-batch, else 1.")
      .from_to(1, sqs::limits::batch_entries_max);
  add_option(command, "--work", options.work,
             "How long a consumer works on what it received before it deletes it, like 5ms. "
             "Default: not at all.");
  add_option(command, "--pid", options.process,
             "The server's process on this machine, whose CPU time and memory are told. Default: "
             "what the server itself tells at /metrics, if it does.")
      .positive();
  add_flag(command, "--no-sign", options.is_unsigned,
           "Do not sign what is measured, although there is a key.");
}

std::size_t Bench::batch_before() const {
  const std::uint64_t count = sqs::limits::batch_bytes_max / body_bytes;
  return static_cast<std::size_t>(
      std::clamp<std::uint64_t>(count, 1, sqs::limits::batch_entries_max));
}

Result<Bench> bench_of(const BenchOptions& options) {
  constexpr std::uint32_t usual_queues = 3;
  const Preset& preset = *std::ranges::find(presets, options.workload, &Preset::name);
  TRY(check_options(options, preset));
  Bench bench{.workload = preset.workload,
              .name = std::string(preset.name),
              .per_second = preset.per_second,
              .body_bytes = TRY(size_of(options.size)),
              .messages = options.messages,
              .producers = options.producers.value_or(preset.producers),
              .consumers = options.consumers.value_or(preset.consumers),
              .batch = options.batch.value_or(preset.batch)};
  if (options.work) bench.work = TRY(work_of(*options.work));
  if (options.rate) bench.per_second = TRY(rate_of("--rate", *options.rate));
  if (preset.workload == Workload::fan_out) bench.queues = options.queues.value_or(usual_queues);
  bench.script = TRY(script_of(options, options.groups.value_or(preset.groups), bench.body_bytes));
  if (preset.workload == Workload::receive) {
    bench.messages = options.messages.value_or(received_messages);
  } else if (preset.workload != Workload::replay) {
    bench.duration = TRY(duration_of("--duration", options.duration.value_or("10s")));
    if (bench.duration == Duration(0))
      return wrong("--duration", *options.duration, "longer than nothing, like 10s");
    // Of so many messages none is left out.
    const char* const usual = options.messages ? "0s" : "1s";
    bench.warm_up = TRY(duration_of("--warm-up", options.warm_up.value_or(usual)));
  }
  // A conversation has one producer, so more of these than of those would have nothing to say.
  if (bench.order() == load::Order::fifo)
    bench.producers = std::min(bench.producers, bench.script.groups());
  bench.script.deal(bench.producers);
  TRY(check_parts(bench));
  return bench;
}

}  // namespace mailrail::cli
