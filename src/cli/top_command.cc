#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <ranges>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "admin/queue_shapes.h"
#include "base/duration_text.h"
#include "cli/argument.h"
#include "cli/option_values.h"
#include "cli/printable.h"
#include "cli/queue_commands.h"
#include "cli/session.h"
#include "cli/text_table.h"
#include "server/engine_clock.h"

namespace mailrail::cli {
namespace {

struct TopOptions {
  SessionOptions session;
  std::optional<std::string> prefix;
  std::string every = "1s";
  bool is_once = false;
};

constexpr const char* clear_screen = "\x1b[H\x1b[2J";

Result<std::vector<admin::DescribedQueue>> queues_of(Session& session,
                                                     const std::optional<std::string>& prefix) {
  std::vector<admin::DescribedQueue> queues;
  admin::DescribeQueuesInput input{
      .queue_name_prefix = prefix, .max_results = {}, .next_token = {}};
  do {
    auto page = TRY(session.client.ask<admin::DescribeQueuesOutput>(client::Service::mailrail,
                                                                    "DescribeQueues", input));
    std::ranges::move(page.queues, std::back_inserter(queues));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return queues;
}

// What waits longest is what somebody should look at.
void sort_by_age(std::vector<admin::DescribedQueue>& queues) {
  std::ranges::sort(queues, {}, [](const admin::DescribedQueue& each) {
    constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
    return std::pair(each.oldest_sent_timestamp.value_or(never), std::string_view(each.queue_name));
  });
}

std::string age_of(const std::optional<std::int64_t>& timestamp) {
  if (!timestamp) return "-";
  const auto age =
      std::chrono::floor<std::chrono::seconds>(server::wall_time() - from_unix_ms(*timestamp));
  return duration_text(std::max<Duration>(age, Duration(0)));
}

// What went in and out since the last look, a second.
class Rates {
 public:
  void look(const std::vector<admin::DescribedQueue>& queues) {
    before_ = std::exchange(now_, {});
    const auto time = std::chrono::steady_clock::now();
    seconds_ = std::chrono::duration<double>(time - last_).count();
    last_ = time;
    for (const admin::DescribedQueue& each : queues)
      now_[each.queue_name] = {.in = each.sent, .out = each.deleted};
  }

  std::string in(const std::string& queue) const { return rate(queue, &Counts::in); }
  std::string out(const std::string& queue) const { return rate(queue, &Counts::out); }

 private:
  struct Counts {
    std::int64_t in = 0;
    std::int64_t out = 0;
  };

  std::string rate(const std::string& queue, std::int64_t Counts::* count) const {
    const auto before = before_.find(queue);
    const auto now = now_.find(queue);
    if (before == before_.end() || now == now_.end()) return "-";
    const auto done = static_cast<double>(now->second.*count - before->second.*count);
    return fmt::format("{:.0f}", std::max(0.0, done) / seconds_);
  }

  std::map<std::string, Counts> before_;
  std::map<std::string, Counts> now_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double seconds_ = 1;
};

// What is looked for first comes first: a narrow window has no room for the last columns.
Row row_of(const admin::DescribedQueue& queue, const Rates& rates) {
  return {printable(queue.queue_name),
          age_of(queue.oldest_sent_timestamp),
          fmt::to_string(queue.visible),
          fmt::to_string(queue.in_flight),
          fmt::to_string(queue.delayed),
          rates.in(queue.queue_name),
          rates.out(queue.queue_name),
          fmt::to_string(queue.conversations_blocked),
          fmt::to_string(queue.conversations_parked),
          fmt::to_string(queue.waiting_receives),
          printable(queue.dead_letter_queue_name.value_or(""))};
}

winsize window() {
  winsize size = {};
  const bool is_known =
      ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;
  return is_known ? size : winsize{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
}

// No line goes on in a second one.
void print_within(std::size_t characters, const std::string& lines) {
  for (const auto& each : std::views::split(lines, '\n'))
    if (!each.empty()) fmt::print("{}\n", cut(std::string_view(each), characters));
}

void draw(const std::vector<admin::DescribedQueue>& queues,
          const Rates& rates,
          const std::string& where) {
  constexpr std::size_t other_lines = 4;
  const winsize size = window();
  std::vector<Row> rows = {{"QUEUE", "OLDEST", "VISIBLE", "IN FLIGHT", "DELAYED", "IN/S", "OUT/S",
                            "BLOCKED", "PARKED", "CONSUMERS", "DEAD LETTERS"}};
  const std::size_t room = std::max<std::size_t>(size.ws_row, other_lines + 1) - other_lines;
  for (std::size_t i = 0; i < std::min(room, queues.size()); ++i)
    rows.push_back(row_of(queues[i], rates));
  fmt::print("{}{}  {} queue{}, the oldest message first. Ctrl-C ends.\n\n", clear_screen, where,
             queues.size(), queues.size() == 1 ? "" : "s");
  print_within(size.ws_col, TextTable().lines(rows));
  std::fflush(stdout);
}

void print_once(Session& session, const std::vector<admin::DescribedQueue>& queues) {
  Rows rows(session.output, {.list_name = "Queues",
                             .columns = {{"QUEUE", "QueueName"},
                                         {"VISIBLE", "ApproximateNumberOfMessages"},
                                         {"IN FLIGHT", "ApproximateNumberOfMessagesNotVisible"},
                                         {"DELAYED", "ApproximateNumberOfMessagesDelayed"},
                                         {"BLOCKED", "ConversationsBlocked"},
                                         {"PARKED", "ConversationsParked"},
                                         {"CONSUMERS", "WaitingReceives"},
                                         {"DEAD LETTERS", "DeadLetterQueueName"}}});
  for (const admin::DescribedQueue& each : queues) rows.add(object_of(each));
  rows.finish();
}

Result<ExitCode> top(const TopOptions& options, Session& session) {
  const Duration every = TRY(duration_of("--every", options.every));
  const bool is_once = options.is_once || ::isatty(STDOUT_FILENO) != 1;
  Rates rates;
  while (true) {
    auto queues = TRY(queues_of(session, options.prefix));
    sort_by_age(queues);
    if (is_once) {
      print_once(session, queues);
      return ExitCode::done;
    }
    rates.look(queues);
    draw(queues, rates, session.client.settings().sqs.url);
    std::this_thread::sleep_for(every);
  }
}

}  // namespace

Command add_top(CLI::App& app) {
  const auto options = std::make_shared<TopOptions>();
  CLI::App* top = add_subcommand(
      app, "top", "Show all queues, those first whose messages wait longest, again and again.");
  add_option(*top, "PREFIX", options->prefix, "Only those whose name begins so.");
  add_option(*top, "--every", options->every, "How often to look.").showing_default();
  add_flag(*top, "--once", options->is_once, "Look once, as it is where there is no terminal.");
  return session_command(top, options, &cli::top);
}

}  // namespace mailrail::cli
