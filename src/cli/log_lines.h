// How what the server logs becomes lines: one for each message, whatever is in it.
//
// Messages repeat what came from outside: names, paths, sentences of other servers. Control
// characters in them become escapes like \u000a, so that no client can write a line of its own, or
// move the cursor of who reads.

#pragma once

#include <memory>

#include <spdlog/formatter.h>

namespace mailrail::cli {

std::unique_ptr<spdlog::formatter> log_formatter();

}  // namespace mailrail::cli
