// What destroys something is asked about first, with how much it is.
//
// On a terminal a person answers; elsewhere nobody would, so it takes --yes.

#pragma once

#include <string>

#include "base/result.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

struct Confirmation {
  bool is_given = false;  // By --yes.
};

void add_confirmation(CLI::App& command, Confirmation& confirmation);

// `what` goes on from "This": "deletes 12 messages of chat.fifo for good". The error is of kind
// unconfirmed.
Result<void> confirm(const Confirmation& confirmation, const std::string& what);

}  // namespace mailrail::cli
