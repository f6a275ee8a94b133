// The banner: what a server that has started says of itself.
//
// Where it answers, what it keeps and found, what its promises rest on, and its limits: a line
// each, so that a look tells whether it is what one wanted.

#pragma once

#include <cstdint>
#include <string>

#include "server/server.h"

namespace mailrail::cli {

std::string banner(const server::Options& options,
                   const server::Started& started,
                   std::uint16_t port);
// Over a log that it shares.
std::string banner(const server::Options& options,
                   const server::Started& started,
                   const server::LogStatus& status,
                   std::uint16_t port);

}  // namespace mailrail::cli
