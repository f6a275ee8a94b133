// The variables MAILRAIL_* that are no settings of `serve`, but mean something.
//
// A server refuses to start with one that it does not know, as a slip would go unnoticed. Those
// that Kubernetes and Docker set for a service that happens to be called mailrail are none of ours.

#pragma once

#include <string_view>

namespace mailrail::cli {

enum class Secrecy : bool { open, secret };

struct KnownVariable {
  std::string_view name;
  std::string_view meaning;
  Secrecy secrecy = Secrecy::open;
};

inline constexpr KnownVariable known_variables[] = {
    {.name = "MAILRAIL_CONFIG", .meaning = "The configuration file of mailrail serve."},
    {.name = "MAILRAIL_ENDPOINT_URL", .meaning = "The server that commands ask."},
    {.name = "MAILRAIL_ACCESS_KEY_ID", .meaning = "The id of a key that the server takes."},
    {.name = "MAILRAIL_SECRET_ACCESS_KEY",
     .meaning = "The secret of that key.",
     .secrecy = Secrecy::secret},
};

// Like MAILRAIL_SERVICE_HOST, MAILRAIL_PORT=tcp://..., MAILRAIL_PORT_4566_TCP_ADDR.
bool is_of_orchestrator(std::string_view name, std::string_view value);

}  // namespace mailrail::cli
