// `mailrail key create|ls|rotate|revoke`: the keys of a server, in the file that it reads.
//
// They work on the file, whether a server runs or not; one that runs sees changes within a second.
// A secret is printed once, when its key is made, in a form that shells and `credential_process`
// read; what people read besides goes to standard error.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/exit_codes.h"
#include "cli/rows.h"

namespace mailrail::cli {

// The file that the commands are about.
struct KeyPlace {
  std::optional<std::string> file = {};
  std::string data = "./mailrail-data";  // Else it is in there.
};

// How a new key is written.
struct KeyOutput {
  std::string form = "env";  // Or "json", as credential_process wants it.
  bool is_for_credential_process = false;

  bool is_json() const { return is_for_credential_process || form == "json"; }
};

struct KeyCreateOptions {
  KeyPlace place;
  std::vector<std::string> roles;
  std::vector<std::string> queues;
  std::vector<std::string> topics;
  bool hides_payloads = false;
  std::optional<std::uint32_t> calls_per_second;
  std::optional<std::string> name;
  std::optional<std::string> account;
  std::optional<std::string> lasts;  // Then it is short-lived.
  KeyOutput output;
};
ExitCode create_key(const KeyCreateOptions& options);

struct KeyListOptions {
  KeyPlace place;
  OutputOptions output;
};
ExitCode list_keys(const KeyListOptions& options);

struct KeyRotateOptions {
  KeyPlace place;
  std::string key;  // An id or a name.
  std::string grace = "24h";
  KeyOutput output;
};
ExitCode rotate_key(const KeyRotateOptions& options);

struct KeyRevokeOptions {
  KeyPlace place;
  std::string key;
};
ExitCode revoke_key(const KeyRevokeOptions& options);

}  // namespace mailrail::cli
