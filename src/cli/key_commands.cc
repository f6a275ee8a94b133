#include "cli/key_commands.h"

#include <memory>

#include "cli/argument.h"
#include "cli/key.h"

namespace mailrail::cli {
namespace {

CLI::App& key_group(CLI::App& app) {
  return group_of(app, "key",
                  "Look after the keys of a server, in the file that it reads. A server that runs "
                  "sees changes within a second.");
}

void add_place(CLI::App& command, KeyPlace& place) {
  add_option(command, "--keys", place.file, "The key file. Default: keys.json in --data.")
      .variable("MAILRAIL_KEYS");
  add_option(command, "--data", place.data, "The server's data directory.")
      .variable("MAILRAIL_DATA")
      .showing_default();
}

// Of a new key.
void add_output(CLI::App& command, KeyOutput& output) {
  add_option(command, "-o,--output", output.form,
             "env (lines of AWS_ACCESS_KEY_ID=... and so on), or json, which is what "
             "credential_process in an AWS configuration file reads. Default: env.")
      .one_of({"env", "json"});
  add_flag(command, "--credential-process", output.is_for_credential_process,
           "The same as -o json.");
}

}  // namespace

Command add_key_create(CLI::App& app) {
  const auto options = std::make_shared<KeyCreateOptions>();
  CLI::App* create =
      add_subcommand(key_group(app), "create", "Make a key, and show its secret this once.");
  add_option(*create, "--role", options->roles,
             "What it may do: admin (everything), operator (everything but keys), send, "
             "receive, publish or view. May be repeated.")
      .required();
  add_option(*create, "--queue", options->queues,
             "The queues that it is for, by name; * and ? may be in it. May be repeated. "
             "Default: all, unless there is a --topic.");
  add_option(*create, "--topic", options->topics, "The topics that it is for, likewise.");
  add_flag(*create, "--hide-payloads", options->hides_payloads,
           "Its holder never sees what messages say.");
  add_option(*create, "--rate", options->calls_per_second,
             "Calls a second that it may make. One that comes too soon waits up to 100 ms, "
             "or is refused. Default: as many as it likes.");
  add_option(*create, "--name", options->name,
             "A name for people, and for messages that it sends. Rotating keeps it.");
  add_option(*create, "--account", options->account, "Default: 000000000000.");
  add_option(*create, "--ttl", options->lasts,
             "A short-lived key with a session token, that ends after that time, like 1h; "
             "at most 36h.");
  add_output(*create, options->output);
  add_place(*create, options->place);
  return {.app = create, .run = [options] { return static_cast<int>(create_key(*options)); }};
}

Command add_key_list(CLI::App& app) {
  const auto options = std::make_shared<KeyListOptions>();
  CLI::App* list = add_subcommand(key_group(app), "ls", "List the keys, without their secrets.");
  add_output_options(*list, options->output);
  add_place(*list, options->place);
  return {.app = list, .run = [options] { return static_cast<int>(list_keys(*options)); }};
}

Command add_key_rotate(CLI::App& app) {
  const auto options = std::make_shared<KeyRotateOptions>();
  CLI::App* rotate =
      add_subcommand(key_group(app), "rotate",
                     "Make another key that may do the same, and let the one before end.");
  add_option(*rotate, "KEY", options->key, "Its id, or its name.").required();
  add_option(*rotate, "--grace", options->grace, "How long the one before is good, like 24h or 1s.")
      .showing_default();
  add_output(*rotate, options->output);
  add_place(*rotate, options->place);
  return {.app = rotate, .run = [options] { return static_cast<int>(rotate_key(*options)); }};
}

Command add_key_revoke(CLI::App& app) {
  const auto options = std::make_shared<KeyRevokeOptions>();
  CLI::App* revoke = add_subcommand(key_group(app), "revoke", "End a key at once.");
  add_option(*revoke, "KEY", options->key, "Its id, or the name of one or more.").required();
  add_place(*revoke, options->place);
  return {.app = revoke, .run = [options] { return static_cast<int>(revoke_key(*options)); }};
}

}  // namespace mailrail::cli
