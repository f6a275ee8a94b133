// Session: what a command works with that asks services: a client of them, and how to tell what
// they say.
//
// run_session() opens one, runs the command and tells what went wrong: a sentence, or a JSON object
// where JSON was asked for, on standard error. The process ends with the code that scripts know.

#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/result.h"
#include "cli/command.h"
#include "cli/connection_options.h"
#include "cli/exit_codes.h"
#include "cli/rows.h"
#include "client/client.h"

namespace mailrail::cli {

// The options that all such commands have.
struct SessionOptions {
  ConnectionOptions connection = {};
  OutputOptions output = {};
};

struct Session {
  client::Client client;
  const OutputOptions& output;
};

int run_session(const SessionOptions& options,
                const std::function<Result<ExitCode>(Session&)>& body);

// What was wrong, on standard error.
void print_error(const Error& error, const client::Refusal& refusal, const OutputOptions& output);

// A command whose options have a SessionOptions `session`, and that asks services.
template <class Options>
Command plain_command(CLI::App* app,
                      std::shared_ptr<Options> options,
                      Result<ExitCode> (*body)(const Options& options, Session& session)) {
  add_connection_options(*app, options->session.connection);
  return {.app = app, .run = [options, body] {
            return run_session(options->session,
                               [&](Session& session) { return body(*options, session); });
          }};
}

// One that tells something in the usual forms.
template <class Options>
Command session_command(CLI::App* app,
                        std::shared_ptr<Options> options,
                        Result<ExitCode> (*body)(const Options& options, Session& session)) {
  add_output_options(*app, options->session.output);
  return plain_command(app, std::move(options), body);
}

}  // namespace mailrail::cli
