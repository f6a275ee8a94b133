#include "cli/bench_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/random.h"
#include "cli/bench_options.h"
#include "cli/bench_places.h"
#include "cli/bench_report.h"
#include "cli/file_limit.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/queue_counts.h"
#include "cli/server_use.h"
#include "cli/session.h"
#include "load/requests.h"
#include "load/run.h"

namespace mailrail::cli {
namespace {

using client::Service;

// Where a run's requests go, and what they look like.
struct Target {
  load::Endpoint endpoint;
  load::Requests requests;
};

Result<Target> target_of(const BenchOptions& options,
                         const client::Settings& settings,
                         Service service,
                         const load::Tag& tag) {
  load::Endpoint endpoint = TRY(load::resolve(settings.endpoint(service).url));
  endpoint.ca_file = settings.ca_file;
  load::Requests::Options made{.host_header = endpoint.host_header,
                               .path = endpoint.path,
                               .region = settings.region(service)};
  if (!options.is_unsigned) {
    made.credentials = settings.credentials;
    made.now = client::Client::Options{.settings = settings}.now;
  }
  return Target{.endpoint = std::move(endpoint), .requests = load::Requests(std::move(made), tag)};
}

load::Sending sending_of(const Bench& bench) {
  if (bench.workload == Workload::fan_out) return load::Sending::publishing;
  return bench.batch > 1 ? load::Sending::in_batches : load::Sending::one_by_one;
}

Result<std::optional<ServerUse>> use_of(const BenchOptions& options, Session& session) {
  if (options.process) return TRY(process_use(static_cast<pid_t>(*options.process)));
  return server_use(session.client);
}

// What a process used that is not there any more nobody can tell.
Cost cost_of(const std::optional<ServerUse>& before,
             const Result<std::optional<ServerUse>>& after) {
  if (!after) return std::unexpected(NoCost::has_ended);
  if (!before || !*after) return std::unexpected(NoCost::not_told);
  return cost_between(*before, **after);
}

// Of messages that nobody received: as many as were acknowledged must be in the queue.
Result<Checked> check_count(Session& session,
                            const std::string& queue_url,
                            load::Outcome& outcome) {
  if (client::is_amazon(session.client.settings().sqs.url)) return Checked::no;
  constexpr int tries = 20;  // Other services may take a while to count.
  load::Verdict& verdict = outcome.verdict;
  for (int i = 0; i < tries; ++i) {
    const std::uint64_t found = TRY(queue_counts_of(session.client, queue_url)).all();
    const std::uint64_t possible = outcome.acknowledged + outcome.unanswered;
    verdict.lost = outcome.acknowledged - std::min(outcome.acknowledged, found);
    verdict.repeated = found - std::min(found, possible);
    if (verdict.violations() == 0) break;
    std::this_thread::sleep_for(100ms);
  }
  return Checked::yes;
}

ExitCode code_of(const load::Outcome& outcome) {
  if (outcome.verdict.violations() > 0) return ExitCode::failed;
  if (outcome.was_interrupted) return ExitCode::interrupted;
  return outcome.figures.errors > 0 ? ExitCode::some_failed : ExitCode::done;
}

void print(const BenchReport& report, const OutputOptions& output) {
  const bool is_for_people = !output.wants_json() && !output.format && output.output != "tsv";
  if (is_for_people) {
    fmt::print("{}", text_of(report));
  } else {
    print_object(output, object_of(report));
  }
}

Result<ExitCode> run(const BenchOptions& options, Session& session) {
  const Bench bench = TRY(bench_of(options));
  TRY(session.client.expect_changeable(Service::sqs, "bench"));
  if (bench.workload == Workload::fan_out)
    TRY(session.client.expect_changeable(Service::sns, "bench"));
  raise_file_limit();
  const load::Tag tag(fmt::format("{:08x}", static_cast<std::uint32_t>(SystemRandom().next())));
  const client::Settings& settings = session.client.settings();
  const Target queues = TRY(target_of(options, settings, Service::sqs, tag));
  std::optional<Target> topics;
  if (bench.workload == Workload::fan_out)
    topics.emplace(TRY(target_of(options, settings, Service::sns, tag)));
  const Target& producing = topics ? *topics : queues;

  const Interrupt interrupt;
  BenchPlaces places(session.client, tag.run());
  TRY(places.make(bench));
  const load::Plan plan{
      .producing_at = producing.endpoint,
      .producing_by = producing.requests,
      .consuming_at = queues.endpoint,
      .consuming_by = queues.requests,
      .script = bench.script,
      .order = bench.order(),
      .sending = sending_of(bench),
      .target = places.topic_arn().empty() ? places.queue_urls().front() : places.topic_arn(),
      .queue_urls = places.queue_urls(),
      .producers = bench.producers,
      .consumers = bench.consumers,
      .batch_size = bench.batch,
      .work = bench.work,
      .visibility_timeout = bench_visibility_timeout,
      .per_second = bench.per_second,
      .messages_max = bench.messages.value_or(UINT64_MAX),
      .warm_up = bench.warm_up,
      .duration = bench.duration,
      .messages_before = bench.producers == 0 ? *bench.messages : 0,
      .batch_size_before = bench.batch_before()};
  ProgressBar bar("bench", ProgressBar::Unit::messages);
  load::Run run(plan, [&](const load::Progress& progress) {
    bar.at(bench.consumers > 0 && progress.received > 0 ? progress.received : progress.sent, 0);
    return interrupt.came() ? load::Loop::Tick::enough : load::Loop::Tick::go_on;
  });
  TRY(run.prepare());
  const auto before = TRY(use_of(options, session));
  TRY(run.run());
  const auto after = use_of(options, session);
  bar.clear();

  load::Outcome outcome = run.outcome();
  BenchReport report{.bench = bench, .outcome = outcome, .cost = cost_of(before, after)};
  if (bench.consumers == 0 && !outcome.was_interrupted)
    report.checked = TRY(check_count(session, places.queue_urls().front(), outcome));
  print(report, session.output);
  TRY(places.remove());
  return code_of(outcome);
}

}  // namespace

Command add_bench(CLI::App& app) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* bench = add_subcommand(
      app, "bench",
      "Measure a server, and check meanwhile that it loses, repeats and mixes up nothing. In "
      "queues of its own, which are removed; exits with 1 if a promise was broken.");
  add_bench_options(*bench, *options);
  return session_command(bench, options, &cli::run);
}

}  // namespace mailrail::cli
