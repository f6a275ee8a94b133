// micro: what small pieces of work cost. By itself it is a Google Benchmark, with its options;
// `micro --list` names the cases, and `micro --work CASE COUNT` does that work so often in a
// function of its own, for callgrind to count (bench/micro/check.py).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/case.h"

namespace {

using mailrail::bench::Case;

// Queues that grow must not grow for ever.
constexpr int iterations = 100'000;

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto cases : {&mailrail::bench::auth_cases, &mailrail::bench::broker_cases,
                           &mailrail::bench::engine_cases, &mailrail::bench::codec_cases,
                           &mailrail::bench::frame_cases, &mailrail::bench::filter_cases})
    for (Case& each : cases()) all.push_back(std::move(each));
  return all;
}

}  // namespace

// What callgrind looks at, by its name.
extern "C" [[gnu::noinline]] void counted_work(const std::function<void()>& work, int count) {
  for (int i = 0; i < count; ++i) work();
}

int main(int argument_count, char** arguments) {
  const std::vector<Case> all = all_cases();
  const std::string_view first = argument_count > 1 ? arguments[1] : "";
  if (first == "--list") {
    for (const Case& each : all)
      std::printf("%.*s\n", static_cast<int>(each.name.size()), each.name.data());
    return 0;
  }
  if (first == "--work" && argument_count == 4) {
    const auto found = std::ranges::find(all, std::string_view(arguments[2]), &Case::name);
    const int count = std::atoi(arguments[3]);
    if (found == all.end() || count < 1) {
      std::fprintf(stderr, "micro: %s %s is no case of --list and a count\n", arguments[2],
                   arguments[3]);
      return 2;
    }
    const auto work = found->prepare();
    for (int i = 0; i < count / 4 + 1; ++i) work();  // Memory and caches are there.
    counted_work(work, count);
    return 0;
  }
  for (const Case& each : all) {
    benchmark::RegisterBenchmark(std::string(each.name).c_str(), [&each](benchmark::State& state) {
      const auto work = each.prepare();
      for (const auto _ : state) work();
    })->Iterations(iterations);
  }
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
