#include "cli/metrics_options.h"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using namespace std::chrono_literals;

Result<server::Options> parsed(const std::string& arguments) {
  CLI::App app;
  MetricsOptions options;
  add_metrics_options(app, options);
  app.parse(arguments);
  return with_metrics({}, options);
}

TEST(MetricsOptions, TellNothingToCloudWatchUnlessAsked) {
  const auto options = parsed("");
  ASSERT_TRUE(options.has_value());
  EXPECT_FALSE(options->metrics.emf_interval.has_value());
  EXPECT_EQ(options->metrics.cloudwatch_names, metrics::CloudWatchNames::left_out);
  EXPECT_EQ(options->metrics.access_log, server::AccessLogging::errors);
}

TEST(MetricsOptions, TellItOnceAMinuteIfNoIntervalIsGiven) {
  EXPECT_EQ(parsed("--metrics-emf")->metrics.emf_interval, Duration(60s));
  EXPECT_EQ(parsed("--metrics-emf 10 --cloudwatch-names")->metrics.emf_interval, Duration(10s));
}

TEST(MetricsOptions, RefuseWhatTheyDoNotKnow) {
  for (const char* each :
       {"--metrics-emf 0", "--metrics-emf 301", "--metrics-emf 5s", "--access-log some"}) {
    EXPECT_FALSE(parsed(each).has_value()) << each;
  }
  EXPECT_EQ(parsed("--access-log none").error().message,
            "--access-log must be off, errors, sampled or all, not \"none\".");
}

TEST(MetricsOptions, KnowEachAccessLog) {
  EXPECT_EQ(parsed("--access-log all")->metrics.access_log, server::AccessLogging::all);
  EXPECT_EQ(parsed("--access-log off")->metrics.access_log, server::AccessLogging::off);
  EXPECT_EQ(parsed("--access-log sampled")->metrics.access_log, server::AccessLogging::sampled);
}

}  // namespace
}  // namespace mailrail::cli
