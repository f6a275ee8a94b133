#include "cli/metrics_options.h"

#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/argument.h"

namespace mailrail::cli {
namespace {

// CloudWatch keeps metrics by the minute; a line more often only costs.
constexpr Duration emf_interval_usual = 60s;
constexpr std::uint32_t emf_seconds_max = 300;

Result<Duration> emf_interval_of(std::string_view text) {
  if (text.empty()) return emf_interval_usual;
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && seconds >= 1 && seconds <= emf_seconds_max) return std::chrono::seconds(seconds);
  return fail(errors::unusable,
              fmt::format("--metrics-emf must be a number of seconds from 1 to {}, not \"{}\".",
                          emf_seconds_max, shown(text)));
}

Result<server::AccessLogging> access_logging_of(std::string_view text) {
  using server::AccessLogging;
  static constexpr std::pair<std::string_view, AccessLogging> names[] = {
      {"off", AccessLogging::off},
      {"errors", AccessLogging::errors},
      {"sampled", AccessLogging::sampled},
      {"all", AccessLogging::all},
  };
  for (const auto& [name, which] : names) {
    if (name == text) return which;
  }
  return fail(
      errors::unusable,
      fmt::format("--access-log must be off, errors, sampled or all, not \"{}\".", shown(text)));
}

}  // namespace

void add_metrics_options(CLI::App& serve, MetricsOptions& options) {
  add_flag(serve, "--cloudwatch-names", options.has_cloudwatch_names,
           "Give the metrics of queues and topics under CloudWatch's names, too.");
  add_option(serve, "--metrics-emf", options.emf_seconds,
             "Write a line of CloudWatch's Embedded Metric Format to stdout every so many "
             "seconds; 60 if no number is given. CloudWatch bills each of its 9 metrics.")
      .at_most_one_value()
      .value_name("INT");
  add_option(serve, "--access-log", options.access_log,
             "Which calls get a line in the log: off, errors, sampled (errors, and one success "
             "in a hundred) or all.")
      .showing_default();
}

Result<server::Options> with_metrics(server::Options options, const MetricsOptions& given) {
  options.metrics = {.version = MAILRAIL_VERSION,
                     .cloudwatch_names = given.has_cloudwatch_names
                                             ? metrics::CloudWatchNames::told
                                             : metrics::CloudWatchNames::left_out,
                     .access_log = TRY(access_logging_of(given.access_log))};
  if (given.emf_seconds) options.metrics.emf_interval = TRY(emf_interval_of(*given.emf_seconds));
  return options;
}

}  // namespace mailrail::cli
