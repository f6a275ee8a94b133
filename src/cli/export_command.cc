#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/limits.h"
#include "cli/argument.h"
#include "cli/dump_line.h"
#include "cli/interrupt.h"
#include "cli/message_commands.h"
#include "cli/peeking.h"
#include "cli/printable.h"
#include "cli/progress_bar.h"
#include "cli/queue_counts.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/queue_shapes.h"
#include "wire/json_encode.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct ExportOptions {
  SessionOptions session;
  std::vector<std::string> queues;
  std::optional<std::string> file;
  std::optional<std::string> after;
};

// What a queue can be made with. What names other queues is topology, not theirs alone.
constexpr std::array<const char*, 9> kept_attributes = {"ContentBasedDeduplication",
                                                        "DeduplicationScope",
                                                        "DelaySeconds",
                                                        "FifoQueue",
                                                        "FifoThroughputLimit",
                                                        "MaximumMessageSize",
                                                        "MessageRetentionPeriod",
                                                        "ReceiveMessageWaitTimeSeconds",
                                                        "VisibilityTimeout"};

struct FileCloser {
  void operator()(std::FILE* file) const {
    if (file != stdout) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

// One that goes on is appended to.
Result<File> open_file(const ExportOptions& options) {
  if (!options.file) return File(stdout);
  File file(std::fopen(options.file->c_str(), options.after ? "ae" : "we"));
  if (file != nullptr) return file;
  return fail(errors::usage,
              fmt::format("Cannot write {}: {}.", *options.file, std::strerror(errno)));
}

Result<std::vector<std::string>> all_queues(client::Client& client) {
  std::vector<std::string> urls;
  sqs::ListQueuesInput input{.queue_name_prefix = {}, .next_token = {}, .max_results = 1000};
  do {
    auto page = TRY(client.ask<sqs::ListQueuesOutput>(Service::sqs, "ListQueues", input));
    urls.insert(urls.end(), page.queue_urls.begin(), page.queue_urls.end());
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return urls;
}

class Exporter {
 public:
  Exporter(const ExportOptions& options, Session& session, File file)
      : options_(options), session_(session), file_(std::move(file)) {}

  Result<ExitCode> run(const std::vector<std::string>& urls) {
    for (const std::string& each : urls)
      total_ += TRY(queue_counts_of(session_.client, each)).all();
    std::optional<std::string> after = options_.after;
    for (std::size_t i = 0; i < urls.size(); ++i) {
      const auto stopped_at = TRY(dump(urls[i], std::exchange(after, std::nullopt)));
      if (!stopped_at) continue;
      tell_how_to_go_on({urls.begin() + static_cast<std::ptrdiff_t>(i), urls.end()}, *stopped_at);
      return ExitCode::interrupted;
    }
    bar_.clear();
    fmt::print(stderr, "{} messages of {} queue{} exported.\n", done_, urls.size(),
               urls.size() == 1 ? "" : "s");
    return ExitCode::done;
  }

 private:
  // Where it stopped, if it was interrupted.
  Result<std::optional<std::string>> dump(const std::string& url,
                                          std::optional<std::string> after) {
    if (!after) TRY(write_queue(url));
    admin::PeekMessagesInput input{.queue_url = url,
                                   .max_number_of_messages = admin::limits::peeked_messages_max,
                                   .message_group_id = {},
                                   .state = {},
                                   .after = std::move(after)};
    do {
      if (interrupt_.came()) return input.after.value_or("0");
      auto page = TRY(peek(session_.client, input));
      for (const admin::PeekedMessage& each : page.messages) {
        boost::json::object line = {{"QueueName", name_in(url)}};
        for (auto& member : object_of(each)) line[member.key()] = std::move(member.value());
        TRY(write(printable(boost::json::serialize(line))));  // It may be a terminal.
      }
      done_ += page.messages.size();
      bar_.at(done_, std::max(done_, total_));
      input.after = std::move(page.next_after);
    } while (input.after);
    return std::nullopt;
  }

  Result<void> write_queue(const std::string& url) {
    DumpedQueue queue;
    const QueueAttributes attributes = TRY(queue_attributes_of(session_.client, url));
    for (const char* const each : kept_attributes) {
      if (const auto found = attributes.find(each); found != attributes.end())
        queue.attributes.insert(*found);
    }
    queue.tags = TRY(session_.client.ask<sqs::ListQueueTagsOutput>(
                         Service::sqs, "ListQueueTags", sqs::ListQueueTagsInput{.queue_url = url}))
                     .tags;
    return write(boost::json::serialize(
        boost::json::object{{"QueueName", name_in(url)}, {"Queue", object_of(queue)}}));
  }

  Result<void> write(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), file_.get());
    std::fputc('\n', file_.get());
    if (std::ferror(file_.get()) == 0) return {};
    return fail(client::errors::io,
                fmt::format("Cannot write the dump: {}.", std::strerror(errno)));
  }

  void tell_how_to_go_on(const std::vector<std::string>& urls, const std::string& after) {
    bar_.clear();
    std::string queues;
    for (const std::string& each : urls) queues += " " + name_in(each);
    fmt::print(stderr, "To go on: mailrail export{} --after {}{}\n", queues, after,
               options_.file ? " -o " + *options_.file : "");
  }

  const ExportOptions& options_;
  Session& session_;
  File file_;
  Interrupt interrupt_;
  ProgressBar bar_{"export", ProgressBar::Unit::messages};
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

Result<ExitCode> export_queues(const ExportOptions& options, Session& session) {
  std::vector<std::string> urls;
  for (const std::string& each : options.queues)
    urls.push_back(TRY(queue_url_of(session.client, each)));
  if (urls.empty()) urls = TRY(all_queues(session.client));
  return Exporter(options, session, TRY(open_file(options))).run(urls);
}

}  // namespace

Command add_export(CLI::App& app) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* command = add_subcommand(
      app, "export",
      "Write the messages of queues as lines of JSON, with all that they carry, in their order. "
      "Nobody receives them by that.");
  add_option(*command, "QUEUE", options->queues, "Queues' names, URLs or ARNs. Default: all.");
  add_option(*command, "-o,--output", options->file, "The file. Default: standard output.");
  add_option(*command, "--after", options->after,
             "Go on behind this sequence number of the first queue, at the file's end.");
  add_flag(*command, "--json", options->session.output.is_json, "Tell errors as JSON.");
  return plain_command(command, options, &export_queues);
}

}  // namespace mailrail::cli
