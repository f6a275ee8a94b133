#include "cli/log_format.h"

#include <chrono>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log_fields.h"
#include "base/shown.h"
#include "cli/argument.h"

namespace mailrail::cli {
namespace {

std::string_view level_name(spdlog::level::level_enum level) {
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

std::string rfc3339(spdlog::log_clock::time_point time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(spdlog::log_clock::to_time_t(time)),
                     ms.count() % 1000);
}

// The message was escaped where it had fields; where it had none it is what somebody logged.
std::string sentence_of(const LogLine& line) {
  return line.fields.empty() ? escaped_for_log(line.sentence) : std::string(line.sentence);
}

std::string json_line(const spdlog::details::log_msg& message, const LogLine& line) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.member("ts", rfc3339(message.time));
  out.member("level", level_name(message.level));
  out.member("msg", sentence_of(line));
  for (const LogField& each : line.fields) {
    if (each.kind == LogField::Kind::number) {
      text += fmt::format(",\"{}\":{}", each.name, each.value);
    } else {
      out.member(each.name, each.value);
    }
  }
  out.end_object();
  return text;
}

// The level is coloured where the log is a terminal.
std::string text_line(const spdlog::details::log_msg& message, const LogLine& line) {
  std::string text = rfc3339(message.time) + " [";
  message.color_range_start = text.size();
  text += level_name(message.level);
  message.color_range_end = text.size();
  text += "] " + sentence_of(line);
  for (const LogField& each : line.fields) text += fmt::format(" {}={}", each.name, each.value);
  return text;
}

class Formatter final : public spdlog::formatter {
 public:
  explicit Formatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const LogLine line = split_fields({message.payload.data(), message.payload.size()});
    const std::string text =
        format_ == LogFormat::json ? json_line(message, line) : text_line(message, line);
    out.append(text);
    out.push_back('\n');
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<Formatter>(format_);
  }

 private:
  const LogFormat format_;
};

}  // namespace

void add_log_format_options(CLI::App& serve, LogFormatOptions& options) {
  add_option(serve, "--log-format", options.format,
             "How the log on stderr is written: text, or json, an object a line. Default: "
             "text on a terminal, json elsewhere.");
}

Result<LogFormat> log_format_of(const LogFormatOptions& options) {
  if (!options.format) return isatty(STDERR_FILENO) != 0 ? LogFormat::text : LogFormat::json;
  if (*options.format == "text") return LogFormat::text;
  if (*options.format == "json") return LogFormat::json;
  return fail(errors::unusable, fmt::format("--log-format must be text or json, not \"{}\".",
                                            shown(*options.format)));
}

std::unique_ptr<spdlog::formatter> formatter_of(LogFormat format) {
  return std::make_unique<Formatter>(format);
}

void use_log_format(LogFormat format) {
  spdlog::default_logger()->set_formatter(formatter_of(format));
}

}  // namespace mailrail::cli
