// Cookies: what a browser sends back of what it was told to keep, and how it is told.
//
// There is one of ours. A server that a browser reaches under the same host at another port has
// another, for to browsers all ports of a host are one place.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mailrail::console {

// The value of the cookie of that name in a header Cookie; nothing if it is not in it once.
std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name);

struct Cookie {
  std::string_view name;
  std::string_view value;
  Duration lasts;  // Zero: it is to be forgotten.
  enum class Transport : std::uint8_t { any, encrypted } transport = Transport::any;
};

// Of this site's own pages alone, and for no script to read.
std::string set_cookie(const Cookie& cookie);

}  // namespace mailrail::console
