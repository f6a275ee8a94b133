#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/argument.h"
#include "cli/message_commands.h"
#include "cli/message_options.h"
#include "cli/option_values.h"
#include "cli/outgoing.h"
#include "cli/printable.h"
#include "cli/progress_bar.h"
#include "cli/references.h"
#include "cli/session.h"
#include "cli/text_lines.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct SendOptions {
  SessionOptions session;
  std::string queue;
  std::optional<std::string> body;
  std::optional<std::string> group;
  std::optional<std::string> deduplication;
  std::vector<std::string> attributes;
  std::optional<std::string> delay;
  bool is_json_lines = false;
  std::uint64_t repeat = 1;
  std::optional<std::string> rate;
};

// `{n}` becomes the number.
std::string numbered(std::string text, std::uint64_t number) {
  const std::string digits = fmt::to_string(number);
  for (std::size_t at = text.find("{n}"); at != std::string::npos;
       at = text.find("{n}", at + digits.size()))
    text.replace(at, 3, digits);
  return text;
}

Outgoing numbered(const Outgoing& message, std::uint64_t number) {
  Outgoing out = message;
  out.message_body = numbered(out.message_body, number);
  if (out.message_group_id) out.message_group_id = numbered(*out.message_group_id, number);
  if (out.message_deduplication_id)
    out.message_deduplication_id = numbered(*out.message_deduplication_id, number);
  return out;
}

Result<Outgoing> message_of(const SendOptions& options) {
  return Outgoing{.message_body = TRY(read_message(options.body.value_or("-"))),
                  .delay_seconds = TRY(seconds_of("--delay", options.delay)),
                  .message_attributes = TRY(parse_sqs_attributes(options.attributes)),
                  .message_deduplication_id = options.deduplication,
                  .message_group_id = options.group};
}

Result<ExitCode> send_one(const SendOptions& options, Session& session, const std::string& queue) {
  const Outgoing message = TRY(message_of(options));
  const sqs::SendMessageInput input{.queue_url = queue,
                                    .message_body = message.message_body,
                                    .delay_seconds = message.delay_seconds,
                                    .message_attributes = message.message_attributes,
                                    .message_deduplication_id = message.message_deduplication_id,
                                    .message_group_id = message.message_group_id};
  const auto sent = TRY(session.client.ask<sqs::SendMessageOutput>(
      Service::sqs, "SendMessage", input,
      is_fifo(queue) ? client::Twice::harmless : client::Twice::harmful));
  print_object(session.output, object_of(sent));
  return ExitCode::done;
}

// Sends what it is given, no faster than it may, and counts.
class Sender {
 public:
  Sender(Session& session, std::string queue, std::optional<int> rate, std::uint64_t total)
      : session_(session), queue_(std::move(queue)), rate_(rate), total_(total) {}

  Result<void> add(Outgoing message) {
    const bool is_full = !batch_.has_room_for(message) ||
                         (rate_ && batch_.size() >= static_cast<std::size_t>(*rate_));
    if (is_full) TRY(send());
    batch_.add(std::move(message));
    return {};
  }

  Result<ExitCode> finish() {
    if (!batch_.is_empty()) TRY(send());
    bar_.clear();
    if (session_.output.wants_json()) {
      print_object(session_.output, {{"Sent", sent_}, {"Failed", failed_}});
    } else {
      fmt::print(stderr, "{} sent, {} failed.\n", sent_, failed_);
    }
    if (failed_ == 0) return ExitCode::done;
    return sent_ == 0 ? ExitCode::failed : ExitCode::some_failed;
  }

 private:
  Result<void> send() {
    if (rate_) {
      const std::chrono::duration<double> due(static_cast<double>(sent_ + failed_) / *rate_);
      std::this_thread::sleep_until(
          begun_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
    }
    const auto output = TRY(batch_.send(session_.client, queue_));
    sent_ += output.successful.size();
    failed_ += output.failed.size();
    if (!output.failed.empty()) bar_.clear();
    for (const sqs::BatchResultErrorEntry& each : output.failed)
      fmt::print(stderr, "mailrail: {}: {}\n", printable(each.code), printable(each.message));
    bar_.at(sent_ + failed_, total_);
    return {};
  }

  Session& session_;
  std::string queue_;
  std::optional<int> rate_;
  std::uint64_t total_;
  Batch batch_;
  std::uint64_t sent_ = 0;
  std::uint64_t failed_ = 0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  ProgressBar bar_{"send", ProgressBar::Unit::messages};
};

Result<ExitCode> send_lines(const SendOptions& options, Session& session, std::string queue) {
  const std::string body = options.body.value_or("-");
  TextLines lines = TRY(TextLines::open(body.starts_with('@') ? body.substr(1) : body));
  Sender sender(session, std::move(queue), TRY(rate_of("--rate", options.rate)), 0);
  const Outgoing shared{.delay_seconds = TRY(seconds_of("--delay", options.delay)),
                        .message_attributes = TRY(parse_sqs_attributes(options.attributes))};
  while (const auto line = TRY(lines.next())) {
    if (line->empty()) continue;
    Result<Outgoing> message = outgoing_of(*line);
    if (!message) {
      return fail(errors::usage,
                  fmt::format("Line {}: {}", lines.number(), message.error().message));
    }
    if (!message->message_group_id) message->message_group_id = options.group;
    if (!message->delay_seconds) message->delay_seconds = shared.delay_seconds;
    message->message_attributes.insert(shared.message_attributes.begin(),
                                       shared.message_attributes.end());
    TRY(sender.add(*std::move(message)));
  }
  return sender.finish();
}

Result<ExitCode> send_repeatedly(const SendOptions& options, Session& session, std::string queue) {
  const Outgoing message = TRY(message_of(options));
  Sender sender(session, std::move(queue), TRY(rate_of("--rate", options.rate)), options.repeat);
  for (std::uint64_t number = 1; number <= options.repeat; ++number)
    TRY(sender.add(numbered(message, number)));
  return sender.finish();
}

Result<ExitCode> send(const SendOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sqs, "SendMessage"));
  std::string queue = TRY(queue_url_of(session.client, options.queue));
  if (options.is_json_lines) return send_lines(options, session, std::move(queue));
  if (options.repeat > 1) return send_repeatedly(options, session, std::move(queue));
  return send_one(options, session, queue);
}

}  // namespace

Command add_send(CLI::App& app) {
  const auto options = std::make_shared<SendOptions>();
  CLI::App* send = add_subcommand(app, "send", "Send a message to a queue, or many.");
  add_option(*send, "QUEUE", options->queue, "The queue's name, URL or ARN.").required();
  add_option(*send, "BODY", options->body,
             "The text, @FILE for what a file holds, or - for standard input. Default: -.");
  add_option(*send, "--group", options->group, "Its conversation: the MessageGroupId.");
  add_option(*send, "--dedup", options->deduplication, "Its MessageDeduplicationId.");
  add_option(*send, "--attr,--attribute", options->attributes, attributes_help).repeatable();
  add_option(*send, "--delay", options->delay, "When it may be received, like 5s.");
  const Argument lines = add_flag(*send, "--jsonl", options->is_json_lines,
                                  "BODY is lines of JSON, as receive and export print them.");
  add_option(*send, "--repeat", options->repeat,
             "Send it so many times. {n} in body, group and deduplication id becomes 1, 2, "
             "3, ...")
      .positive()
      .excludes(lines);
  add_option(*send, "--rate", options->rate, "No faster than this, like 50/s.");
  return session_command(send, options, &cli::send);
}

}  // namespace mailrail::cli
