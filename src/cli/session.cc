#include "cli/session.h"

#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/interrupt.h"
#include "cli/printable.h"

namespace mailrail::cli {
namespace {

// What to do about it, where the sentence itself does not say.
std::string_view hint_for(const Error& error) {
  if (error.kind == &errors::unreachable)
    return "Start a server there with mailrail serve, or name another one with --endpoint-url.";
  if (error.kind == &errors::denied)
    return "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that may do this, or name a "
           "profile that has one with --profile.";
  return {};
}

// What a service says ends with a full stop or not.
std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

}  // namespace

void print_error(const Error& error, const client::Refusal& refusal, const OutputOptions& output) {
  const std::string_view hint = hint_for(error);
  if (!output.wants_json()) {
    const std::string text = printable(error.message);
    fmt::print(stderr, "mailrail: {}{}{}\n", hint.empty() ? text : sentence(text),
               hint.empty() ? "" : " ", hint);
    return;
  }
  boost::json::object told = {
      {"code", refusal.code.empty() ? error.kind->name : std::string_view(refusal.code)},
      {"message", error.message}};
  if (!hint.empty()) told["hint"] = hint;
  if (!refusal.request_id.empty()) told["request_id"] = refusal.request_id;
  fmt::print(stderr, "{}\n",
             printable(boost::json::serialize(boost::json::object{{"error", told}})));
}

int run_session(const SessionOptions& options,
                const std::function<Result<ExitCode>(Session&)>& body) {
  exit_when_interrupted();
  auto settings = client_options(options.connection, client::process_surroundings());
  if (!settings) {
    print_error(settings.error(), {}, options.output);
    return static_cast<int>(exit_code_of(settings.error()));
  }
  Session session{.client = client::Client(*std::move(settings)), .output = options.output};
  const Result<ExitCode> code = body(session);
  if (code) return static_cast<int>(*code);
  print_error(code.error(), session.client.last_refusal(), options.output);
  return static_cast<int>(exit_code_of(code.error()));
}

}  // namespace mailrail::cli
