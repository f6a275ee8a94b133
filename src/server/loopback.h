// Loopback: whether a server that listens there can only be reached from its own machine.
// More is taken for granted there: who asks, and where webhooks may go.

#pragma once

#include <string>

namespace mailrail::server {

bool is_loopback(const std::string& host);

}  // namespace mailrail::server
