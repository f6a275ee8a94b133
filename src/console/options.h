// What a server is told of its console. Without any of it the pages are those in the binary, and
// let whoever uses them do what his key may.

#pragma once

#include <cstdint>
#include <string>

#include "auth/grant.h"

namespace mailrail::console {

struct Options {
  std::string ui_directory = {};  // Where the pages come from instead; empty: from the binary.
  // What nobody gets beyond by the console, whatever his key may.
  auth::Extent extent = auth::Extent::everything;
  auth::Payloads payloads = auth::Payloads::shown;
};

}  // namespace mailrail::console
