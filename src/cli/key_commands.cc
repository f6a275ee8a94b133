#include "cli/key_commands.h"

#include <memory>

#include <CLI/CLI.hpp>

#include "cli/key.h"

namespace mailrail::cli {
namespace {

CLI::App& key_group(CLI::App& app) {
  return group_of(app, "key",
                  "Look after the keys of a server, in the file that it reads. A server that runs "
                  "sees changes within a second.");
}

void add_place(CLI::App& command, KeyPlace& place) {
  command.add_option("--keys", place.file, "The key file. Default: keys.json in --data.")
      ->envname("MAILRAIL_KEYS");
  command.add_option("--data", place.data, "The server's data directory.")
      ->envname("MAILRAIL_DATA")
      ->capture_default_str();
}

// Of a new key.
void add_output(CLI::App& command, bool& is_json) {
  command
      .add_option_function<std::string>(
          "-o,--output", [&is_json](const std::string& form) { is_json = form == "json"; },
          "env (lines of AWS_ACCESS_KEY_ID=... and so on), or json, which is what "
          "credential_process in an AWS configuration file reads. Default: env.")
      ->check(CLI::IsMember({"env", "json"}));
  command.add_flag("--credential-process", is_json, "The same as -o json.");
}

}  // namespace

Command add_key_create(CLI::App& app) {
  const auto options = std::make_shared<KeyCreateOptions>();
  CLI::App* create =
      key_group(app).add_subcommand("create", "Make a key, and show its secret this once.");
  create
      ->add_option("--role", options->roles,
                   "What it may do: admin (everything), operator (everything but keys), send, "
                   "receive, publish or view. May be repeated.")
      ->required();
  create->add_option("--queue", options->queues,
                     "The queues that it is for, by name; * and ? may be in it. May be repeated. "
                     "Default: all, unless there is a --topic.");
  create->add_option("--topic", options->topics, "The topics that it is for, likewise.");
  create->add_flag("--hide-payloads", options->hides_payloads,
                   "Its holder never sees what messages say.");
  create->add_option("--rate", options->calls_per_second,
                     "Calls a second that it may make. One that comes too soon waits up to 100 ms, "
                     "or is refused. Default: as many as it likes.");
  create->add_option("--name", options->name,
                     "A name for people, and for messages that it sends. Rotating keeps it.");
  create->add_option("--account", options->account, "Default: 000000000000.");
  create->add_option("--ttl", options->lasts,
                     "A short-lived key with a session token, that ends after that time, like 1h; "
                     "at most 36h.");
  add_output(*create, options->is_json);
  add_place(*create, options->place);
  return {.app = create, .run = [options] { return static_cast<int>(create_key(*options)); }};
}

Command add_key_list(CLI::App& app) {
  const auto options = std::make_shared<KeyListOptions>();
  CLI::App* list = key_group(app).add_subcommand("ls", "List the keys, without their secrets.");
  add_output_options(*list, options->output);
  add_place(*list, options->place);
  return {.app = list, .run = [options] { return static_cast<int>(list_keys(*options)); }};
}

Command add_key_rotate(CLI::App& app) {
  const auto options = std::make_shared<KeyRotateOptions>();
  CLI::App* rotate = key_group(app).add_subcommand(
      "rotate", "Make another key that may do the same, and let the one before end.");
  rotate->add_option("KEY", options->key, "Its id, or its name.")->required();
  rotate->add_option("--grace", options->grace, "How long the one before is good, like 24h or 1s.")
      ->capture_default_str();
  add_output(*rotate, options->is_json);
  add_place(*rotate, options->place);
  return {.app = rotate, .run = [options] { return static_cast<int>(rotate_key(*options)); }};
}

Command add_key_revoke(CLI::App& app) {
  const auto options = std::make_shared<KeyRevokeOptions>();
  CLI::App* revoke = key_group(app).add_subcommand("revoke", "End a key at once.");
  revoke->add_option("KEY", options->key, "Its id, or the name of one or more.")->required();
  add_place(*revoke, options->place);
  return {.app = revoke, .run = [options] { return static_cast<int>(revoke_key(*options)); }};
}

}  // namespace mailrail::cli
