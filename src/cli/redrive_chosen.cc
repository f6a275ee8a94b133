#include "cli/redrive_chosen.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/limits.h"
#include "admin/queue_shapes.h"
#include "admin/redrive_shapes.h"
#include "base/shown.h"
#include "cli/interrupt.h"
#include "cli/message_filter.h"
#include "cli/option_values.h"
#include "cli/peeking.h"
#include "cli/progress_bar.h"
#include "cli/references.h"
#include "cli/session.h"

namespace mailrail::cli {
namespace {

using client::Service;

constexpr std::string_view moved = "Moved";
constexpr std::string_view not_found = "NotFound";

Result<void> check_ids(const std::vector<std::string>& ids) {
  if (ids.size() > admin::limits::redriven_messages_max) {
    return fail(errors::usage, fmt::format("--id was given {} times. It can be at most {} times; "
                                           "for more there is --filter.",
                                           ids.size(), admin::limits::redriven_messages_max));
  }
  std::set<std::string_view> known;
  for (const std::string& each : ids) {
    if (!known.insert(each).second)
      return fail(errors::usage, fmt::format("--id {} was given twice.", shown(each)));
  }
  return {};
}

// Whatever its state.
Result<std::uint64_t> messages_in(client::Client& client, const std::string& queue_url) {
  const std::string name = name_in(queue_url);
  const auto described = TRY(client.ask<admin::DescribeQueuesOutput>(
      Service::mailrail, "DescribeQueues",
      admin::DescribeQueuesInput{.queue_name_prefix = name, .max_results = 1, .next_token = {}}));
  if (described.queues.empty() || described.queues.front().queue_name != name)
    return fail(errors::not_found, fmt::format("There is no queue {}.", shown(name)));
  const admin::DescribedQueue& queue = described.queues.front();
  return static_cast<std::uint64_t>(queue.visible + queue.in_flight + queue.delayed +
                                    queue.damaged);
}

// A page of the queue: what was chosen of it, and the sequence number that it begins behind.
struct Page {
  std::vector<boost::json::object> chosen;
  std::optional<std::string> after;
};

// Goes through what was there at the beginning: a message that is moved, fails and comes again does
// not count once more.
class Search {
 public:
  Search(Session& session,
         std::string queue_url,
         std::uint64_t messages,
         MessageFilter filter,
         const std::vector<std::string>& ids)
      : session_(session),
        left_(messages),
        total_(messages),
        filter_(std::move(filter)),
        ids_(ids.begin(), ids.end()),
        is_by_ids_(!ids.empty()) {
    input_.queue_url = std::move(queue_url);
    input_.max_number_of_messages = admin::limits::peeked_messages_max;
  }

  bool has_more() const { return left_ > 0 && !is_at_end_ && !(is_by_ids_ && ids_.empty()); }
  std::uint64_t looked_at() const { return total_ - left_; }
  std::uint64_t total() const { return total_; }
  // Those of the ids that were not met.
  const std::set<std::string>& ids_left() const { return ids_; }

  Result<Page> next() {
    auto answer = TRY(peek(session_.client, input_));
    Page page{.chosen = {}, .after = input_.after};
    for (const admin::PeekedMessage& each : answer.messages) {
      if (left_ == 0) break;
      --left_;
      boost::json::object message = object_of(each);
      const bool is_chosen =
          is_by_ids_ ? ids_.erase(each.message_id) > 0 : filter_.lets_through(message);
      if (is_chosen) page.chosen.push_back(std::move(message));
    }
    is_at_end_ = !answer.next_after;
    input_.after = std::move(answer.next_after);
    return page;
  }

 private:
  Session& session_;
  std::uint64_t left_;
  std::uint64_t total_;
  MessageFilter filter_;
  std::set<std::string> ids_;
  bool is_by_ids_;
  bool is_at_end_ = false;
  admin::PeekMessagesInput input_;
};

Result<ExitCode> tell_plan(const ChosenRedrive& options, Session& session, Search search) {
  std::uint64_t chosen = 0;
  std::uint64_t visible = 0;
  std::set<std::string> to;
  if (options.to) to.insert(name_in(*options.to));
  while (search.has_more()) {
    for (const boost::json::object& each : TRY(search.next()).chosen) {
      chosen += 1;
      visible += text_at(each, "State") == "Visible" ? 1 : 0;
      const std::string source = text_at(each, "Attributes.DeadLetterQueueSourceArn");
      if (!options.to && !source.empty()) to.insert(name_in(source));
    }
  }
  boost::json::object plan{{"Queue", name_in(options.from)},
                           {"Chosen", chosen},
                           {"Visible", visible},
                           {"To", boost::json::value_from(to)}};
  if (!search.ids_left().empty()) plan["NotFound"] = boost::json::value_from(search.ids_left());
  print_object(session.output, plan);
  return ExitCode::done;
}

class Redriver {
 public:
  Redriver(Session& session, std::string queue_url, std::optional<std::string> destination_arn)
      : session_(session),
        rows_(session.output,
              {.list_name = "Messages",
               .columns = {{"MESSAGE", "MessageId"},
                           {"OUTCOME", "Outcome"},
                           {"TO", "DestinationArn"},
                           {"WHY", "Why"}},
               .off_terminal = OffTerminal::json_lines}) {
    input_.queue_url = std::move(queue_url);
    input_.destination_arn = std::move(destination_arn);
  }

  // Which of them stay where they are.
  Result<std::vector<std::string>> redrive(std::vector<std::string> ids,
                                           std::optional<std::string> after = {}) {
    input_.message_ids = std::move(ids);
    input_.after = std::move(after);
    const auto done = TRY(session_.client.ask<admin::RedriveMessagesOutput>(
        Service::mailrail, "RedriveMessages", input_));
    std::vector<std::string> staying;
    for (const admin::RedrivenMessage& each : done.messages) {
      if (each.outcome != moved && each.outcome != not_found) staying.push_back(each.message_id);
      note(each);
    }
    rows_.flush();
    return staying;
  }

  void note(const admin::RedrivenMessage& message) {
    counts_[message.outcome] += 1;
    total_ += 1;
    rows_.add(object_of(message));
  }

  std::uint64_t count(std::string_view outcome) const {
    const auto found = counts_.find(outcome);
    return found == counts_.end() ? 0 : found->second;
  }

  ExitCode finish() {
    rows_.finish();
    if (count(moved) == total_) return ExitCode::done;
    return count(not_found) == total_ ? ExitCode::not_found : ExitCode::some_failed;
  }

 private:
  Session& session_;
  Rows rows_;
  admin::RedriveMessagesInput input_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::uint64_t total_ = 0;
};

enum class Order : std::uint8_t { any, of_conversations };

// Pages of what a filter holds of, at a pace.
class Filtered {
 public:
  Filtered(Redriver& redriver, std::optional<int> rate, Order order)
      : redriver_(redriver), rate_(rate), order_(order) {}

  Result<void> next(Search& search) { return redrive(TRY(search.next())); }

 private:
  using Batch = std::vector<std::pair<std::string, std::string>>;  // Ids, and their groups.

  // On a FIFO queue none passes one of its conversation that stays, which may have been on a page
  // before. On a standard queue groups keep no order.
  Result<void> redrive(const Page& page) {
    Batch batch;
    for (const boost::json::object& each : page.chosen) {
      const std::string id = text_at(each, "MessageId");
      const std::string group = text_at(each, "Attributes.MessageGroupId");
      if (order_ == Order::of_conversations && held_up_.contains(group)) {
        redriver_.note({.message_id = id,
                        .outcome = "Blocked",
                        .destination_arn = {},
                        .why = std::string(admin::why_blocked)});
        continue;
      }
      batch.emplace_back(id, group);
      if (batch.size() == batch_max()) TRY(send(std::exchange(batch, {}), page.after));
    }
    return batch.empty() ? Result<void>() : send(batch, page.after);
  }

  // At a pace about ten calls a second, so that it is even.
  std::size_t batch_max() const {
    constexpr std::size_t most = admin::limits::redriven_messages_max;
    return rate_ ? std::clamp<std::size_t>(static_cast<std::size_t>(*rate_) / 10, 1, most) : most;
  }

  Result<void> send(const Batch& batch, const std::optional<std::string>& after) {
    if (rate_) {
      const std::chrono::duration<double> due(static_cast<double>(sent_) / *rate_);
      std::this_thread::sleep_until(
          begun_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
    }
    sent_ += batch.size();
    std::vector<std::string> ids;
    for (const auto& [id, group] : batch) ids.push_back(id);
    for (const std::string& each : TRY(redriver_.redrive(std::move(ids), after))) {
      const auto found = std::ranges::find(batch, each, &Batch::value_type::first);
      if (found != batch.end()) held_up_.insert(found->second);
    }
    return {};
  }

  Redriver& redriver_;
  std::optional<int> rate_;
  Order order_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::uint64_t sent_ = 0;
  std::set<std::string> held_up_;
};

Result<ExitCode> redrive_filtered(const ChosenRedrive& options, Redriver& redriver, Search search) {
  ProgressBar bar("redrive", ProgressBar::Unit::messages);
  Filtered filtered(redriver, TRY(rate_of("--rate", options.rate)),
                    is_fifo(options.from) ? Order::of_conversations : Order::any);
  const Interrupt interrupt;
  while (search.has_more() && !interrupt.came()) {
    const Result<void> done = filtered.next(search);
    if (!done) {
      bar.clear();
      redriver.finish();  // What was done before.
      return std::unexpected(done.error());
    }
    bar.at(search.looked_at(), search.total());
  }
  bar.clear();
  const ExitCode code = redriver.finish();
  if (!interrupt.came()) return code;
  fmt::print(stderr, "{} were moved. The rest is where it was; the same command goes on.\n",
             redriver.count(moved));
  return ExitCode::interrupted;
}

}  // namespace

Result<ExitCode> redrive_chosen(const ChosenRedrive& options, Session& session) {
  TRY(check_ids(options.ids));
  MessageFilter filter = TRY(MessageFilter::parse(options.conditions));
  TRY(session.client.expect_mailrail("RedriveMessages"));
  const std::string queue_url = TRY(queue_url_of(session.client, options.from));
  std::optional<std::string> destination_arn;
  if (options.to) {
    const std::string to = TRY(queue_url_of(session.client, *options.to));
    destination_arn = TRY(queue_arn_of(session.client, to));
  }
  Redriver redriver(session, queue_url, std::move(destination_arn));
  if (!options.ids.empty() && !options.is_dry) {
    TRY(redriver.redrive(options.ids));
    return redriver.finish();
  }
  Search search(session, queue_url, TRY(messages_in(session.client, queue_url)), std::move(filter),
                options.ids);
  if (options.is_dry) return tell_plan(options, session, std::move(search));
  return redrive_filtered(options, redriver, std::move(search));
}

}  // namespace mailrail::cli
