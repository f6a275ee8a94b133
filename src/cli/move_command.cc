#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/argument.h"
#include "cli/consume.h"
#include "cli/interrupt.h"
#include "cli/message_commands.h"
#include "cli/option_values.h"
#include "cli/outgoing.h"
#include "cli/progress_bar.h"
#include "cli/queue_counts.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/limits.h"

namespace mailrail::cli {
namespace {

struct MoveOptions {
  SessionOptions session;
  std::string from;
  std::string to;
  std::optional<std::uint64_t> count;
  std::optional<std::string> group;
};

// Long enough for ten messages to be sent and deleted, short enough to get back what a crash left.
constexpr int hidden_seconds = 60;

class Mover {
 public:
  Mover(const MoveOptions& options, Session& session, std::string from, std::string to)
      : options_(options), session_(session), from_(std::move(from)), to_(std::move(to)) {}

  Result<ExitCode> run() {
    if (is_fifo(to_) && !is_fifo(from_) && !options_.group) {
      return fail(errors::usage,
                  "The messages of a standard queue have no conversation, and a FIFO queue needs "
                  "one: say it with --group.");
    }
    const std::uint64_t total = TRY(queue_counts_of(session_.client, from_)).visible;
    ProgressBar bar("move", ProgressBar::Unit::messages);
    const Interrupt interrupt;
    std::uint64_t left = options_.count.value_or(std::numeric_limits<std::uint64_t>::max());
    while (left > 0 && !interrupt.came()) {
      const auto messages = TRY(receive_some(session_.client, taking(left)));
      if (messages.empty()) break;
      TRY(pass_on(messages));
      left -= messages.size();
      bar.at(moved_, std::max(total, moved_));
    }
    bar.clear();
    print_object(session_.output, {{"Moved", moved_}});
    if (!interrupt.came()) return ExitCode::done;
    fmt::print(stderr, "The rest is where it was. To go on: mailrail move {} {}\n", options_.from,
               options_.to);
    return ExitCode::interrupted;
  }

 private:
  Taking taking(std::uint64_t left) const {
    return {.queue_url = from_,
            .messages_max =
                static_cast<int>(std::min<std::uint64_t>(left, sqs::limits::received_messages_max)),
            .wait_seconds = 0,
            .visibility_seconds = hidden_seconds};
  }

  // A message leaves only when the other queue has it. Under the same deduplication id it is taken
  // once, however often this is tried.
  Outgoing passed_on(const sqs::Message& message) const {
    Outgoing out = outgoing_of(message);
    if (options_.group) out.message_group_id = options_.group;
    if (is_fifo(to_)) out.message_deduplication_id = message.message_id;
    return out;
  }

  Result<void> pass_on(const std::vector<sqs::Message>& messages) {
    Batch batch;
    std::vector<std::string> handles;
    for (const sqs::Message& each : messages) {
      Outgoing message = passed_on(each);
      if (!batch.has_room_for(message)) TRY(send(batch, handles));
      batch.add(std::move(message));
      handles.push_back(each.receipt_handle);
    }
    return send(batch, handles);
  }

  // After a refusal nothing more is moved, so that the order stays.
  Result<void> send(Batch& batch, std::vector<std::string>& handles) {
    const auto sent = TRY(batch.send(session_.client, to_));
    std::vector<std::string> done;
    for (const sqs::SendMessageBatchResultEntry& each : sent.successful) {
      std::size_t place = 0;
      std::from_chars(each.id.data(), each.id.data() + each.id.size(), place);
      if (place >= 1 && place <= handles.size()) done.push_back(handles[place - 1]);
    }
    handles.clear();
    moved_ += done.size();
    const std::size_t kept = TRY(delete_all(session_.client, from_, done));
    if (!sent.failed.empty()) {
      return fail(errors::refused, fmt::format("{} were moved; then {} refused one: {}", moved_,
                                               shown(options_.to), sent.failed.front().message));
    }
    if (kept > 0) {
      return fail(errors::refused,
                  fmt::format("{} messages are in both queues now: {} did not delete them.", kept,
                              shown(options_.from)));
    }
    return {};
  }

  const MoveOptions& options_;
  Session& session_;
  std::string from_;
  std::string to_;
  std::uint64_t moved_ = 0;
};

Result<ExitCode> move(const MoveOptions& options, Session& session) {
  TRY(session.client.expect_changeable(client::Service::sqs, "SendMessageBatch"));
  std::string from = TRY(queue_url_of(session.client, options.from));
  std::string to = TRY(queue_url_of(session.client, options.to));
  if (from == to) return fail(errors::usage, "A queue's messages are in it already.");
  return Mover(options, session, std::move(from), std::move(to)).run();
}

}  // namespace

Command add_move(CLI::App& app) {
  const auto options = std::make_shared<MoveOptions>();
  CLI::App* move = add_subcommand(
      app, "move",
      "Move the visible messages of a queue to another one, in the order of their conversations. "
      "Each is sent, then deleted, so that none is lost; on a FIFO queue none is doubled.");
  add_option(*move, "SOURCE", options->from, "From where: a queue's name, URL or ARN.").required();
  add_option(*move, "DESTINATION", options->to, "To where.").required();
  add_option(*move, "-n,--count", options->count, "At most so many.").positive();
  add_option(*move, "--group", options->group, "The conversation that all of them get.");
  return session_command(move, options, &cli::move);
}

}  // namespace mailrail::cli
