#include "cli/filter_report.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/printable.h"
#include "cli/text_table.h"
#include "wire/json_encode.h"

namespace mailrail::cli {
namespace {

std::string_view verdict(const admin::TestedSubscription& subscription) {
  if (subscription.pending_confirmation) return "pending";
  return subscription.matches ? "yes" : "no";
}

std::string_view colour(std::string_view verdict) {
  if (verdict == "yes") return "\x1b[32m";
  if (verdict == "pending") return "\x1b[33m";
  return "";
}

std::string count_of(const admin::TestFilterOutput& tested) {
  const std::string topic = printable(tested.topic_arn);
  const std::size_t all = tested.subscriptions.size();
  if (all == 0) return fmt::format("{} has no subscriptions.\n", topic);
  const auto matching =
      std::ranges::count_if(tested.subscriptions, &admin::TestedSubscription::matches);
  return fmt::format("\n{} of {} subscription{} of {} would get the message.\n", matching, all,
                     all == 1 ? "" : "s", topic);
}

}  // namespace

std::string table_of(const admin::TestFilterOutput& tested, Colours colours) {
  if (tested.subscriptions.empty()) return count_of(tested);
  std::vector<Row> rows = {{"MATCHES", "PROTOCOL", "ENDPOINT", "REASON"}};
  for (const admin::TestedSubscription& each : tested.subscriptions) {
    rows.push_back({std::string(verdict(each)), printable(each.protocol), printable(each.endpoint),
                    printable(each.reason.value_or(""))});
  }
  return TextTable(colours == Colours::ansi ? &colour : nullptr).lines(rows) + count_of(tested);
}

std::string tabs_of(const admin::TestFilterOutput& tested) {
  std::string lines;
  for (const admin::TestedSubscription& each : tested.subscriptions) {
    lines += fmt::format("{}\t{}\t{}\t{}\t{}\n", printable(each.subscription_arn),
                         printable(each.protocol), printable(each.endpoint), verdict(each),
                         printable(each.reason.value_or("")));
  }
  return lines;
}

std::string json_of(const admin::TestFilterOutput& tested) {
  return wire::encode_json(tested) + '\n';
}

}  // namespace mailrail::cli
