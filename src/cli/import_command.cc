#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/argument.h"
#include "cli/dump_line.h"
#include "cli/interrupt.h"
#include "cli/message_commands.h"
#include "cli/outgoing.h"
#include "cli/progress_bar.h"
#include "cli/references.h"
#include "cli/session.h"
#include "cli/text_lines.h"
#include "sqs/queue_shapes.h"
#include "wire/json_decode.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct ImportOptions {
  SessionOptions session;
  std::string file;
  std::optional<std::string> queue;
  std::uint64_t from_line = 1;
};

class Importer {
 public:
  Importer(const ImportOptions& options, Session& session, TextLines lines)
      : options_(options), session_(session), lines_(std::move(lines)) {}

  Result<ExitCode> run() {
    const Interrupt interrupt;
    while (!interrupt.came()) {
      const auto line = TRY(lines_.next());
      if (!line) break;
      if (line->empty() || lines_.number() < options_.from_line) continue;
      if (Result<void> taken = take(*line); !taken) {
        return fail(
            *taken.error().kind,
            fmt::format("Line {}: {} To go on: mailrail import {} --from-line {}", lines_.number(),
                        taken.error().message, options_.file, first_unsent_));
      }
    }
    if (!interrupt.came()) TRY(send());
    bar_.clear();
    fmt::print(stderr, "{} messages imported{}.\n", sent_,
               left_out_ == 0 ? "" : fmt::format(", {} without a body left out", left_out_));
    if (!interrupt.came()) return ExitCode::done;
    fmt::print(stderr, "To go on: mailrail import {} --from-line {}\n", options_.file,
               first_unsent_);
    return ExitCode::interrupted;
  }

 private:
  Result<void> take(const std::string& text) {
    const auto line = wire::decode_json<DumpLine>(text);
    if (!line) return fail(errors::usage, line.error().message());
    const std::string& name = options_.queue ? *options_.queue : line->queue_name;
    if (name.empty()) return fail(errors::usage, "It has no QueueName, and there is no --queue.");
    if (line->queue) return options_.queue ? Result<void>() : make(name, *line->queue);
    if (!line->body) {
      ++left_out_;
      return {};
    }
    Outgoing message = TRY(outgoing_of(text));
    const std::string url = TRY(url_of(name));
    prepare(message, url, line->message_id);
    if (url != queue_url_ || !batch_.has_room_for(message)) TRY(send());
    if (batch_.is_empty()) first_unsent_ = lines_.number();
    queue_url_ = url;
    batch_.add(std::move(message));
    return {};
  }

  // A line that is imported twice within five minutes is taken once; two messages that somebody
  // sent under one id, at different times, are two.
  static void prepare(Outgoing& message, const std::string& url, const std::string& message_id) {
    if (!is_fifo(url)) {
      message.message_deduplication_id.reset();
    } else if (!message_id.empty()) {
      message.message_deduplication_id = message_id;
    }
  }

  Result<void> make(const std::string& name, const DumpedQueue& queue) {
    const auto there = queue_url_of(session_.client, name);
    if (there || there.error().kind != &errors::not_found)
      return there ? Result<void>() : std::unexpected(there.error());
    TRY(session_.client.ask<sqs::CreateQueueOutput>(
        Service::sqs, "CreateQueue",
        sqs::CreateQueueInput{
            .queue_name = name, .attributes = queue.attributes, .tags = queue.tags}));
    return {};
  }

  Result<std::string> url_of(const std::string& name) {
    const auto known = urls_.find(name);
    if (known != urls_.end()) return known->second;
    return urls_[name] = TRY(queue_url_of(session_.client, name));
  }

  Result<void> send() {
    if (batch_.is_empty()) return {};
    const auto output = TRY(batch_.send(session_.client, queue_url_));
    sent_ += output.successful.size();
    bar_.at(sent_, 0);
    if (!output.failed.empty()) {
      return fail(errors::refused,
                  fmt::format("A message was refused: {}", shown(output.failed.front().message)));
    }
    first_unsent_ = lines_.number() + 1;
    return {};
  }

  const ImportOptions& options_;
  Session& session_;
  TextLines lines_;
  std::map<std::string, std::string> urls_;
  std::string queue_url_;  // Where the batch goes.
  Batch batch_;
  std::uint64_t first_unsent_ = 1;  // A line.
  std::uint64_t sent_ = 0;
  std::uint64_t left_out_ = 0;
  ProgressBar bar_{"import", ProgressBar::Unit::messages};
};

Result<ExitCode> import_file(const ImportOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sqs, "SendMessageBatch"));
  return Importer(options, session, TRY(TextLines::open(options.file))).run();
}

}  // namespace

Command add_import(CLI::App& app) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = add_subcommand(
      app, "import",
      "Send what `export` wrote to the queues it came from, in its order. Queues that are not "
      "there are made.");
  add_option(*command, "FILE", options->file, "The file, or - for standard input.").required();
  add_option(*command, "--queue", options->queue, "All of it to this queue instead.");
  add_option(*command, "--from-line", options->from_line, "Leave out what comes before this line.")
      .positive();
  add_flag(*command, "--json", options->session.output.is_json, "Tell errors as JSON.");
  return plain_command(command, options, &import_file);
}

}  // namespace mailrail::cli
