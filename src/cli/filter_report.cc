#include "cli/filter_report.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/printable.h"
#include "wire/json_encode.h"

namespace mailrail::cli {
namespace {

constexpr std::size_t columns = 4;
using Row = std::array<std::string, columns>;

bool is_continuation(char each) { return (static_cast<unsigned char>(each) & 0xc0) == 0x80; }

std::size_t width(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

std::string_view verdict(const admin::TestedSubscription& subscription) {
  if (subscription.pending_confirmation) return "pending";
  return subscription.matches ? "yes" : "no";
}

std::string_view colour(std::string_view verdict) {
  if (verdict == "yes") return "\x1b[32m";
  if (verdict == "pending") return "\x1b[33m";
  return "";
}

std::string line_of(const Row& row,
                    const std::array<std::size_t, columns>& widths,
                    Colours colours) {
  std::string line;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::string_view begin = i == 0 && colours == Colours::ansi ? colour(row[i]) : "";
    line += fmt::format("{}{}{}", begin, row[i], begin.empty() ? "" : "\x1b[0m");
    line.append(widths[i] - width(row[i]) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
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
  std::array<std::size_t, columns> widths = {};
  for (const Row& each : rows) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], width(each[i]));
  }
  std::string table;
  for (const Row& each : rows) table += line_of(each, widths, colours);
  return table + count_of(tested);
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
