#include "load/endpoint.h"

#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <netdb.h>

#include "base/shown.h"
#include "client/errors.h"
#include "client/target.h"

namespace mailrail::load {
namespace {

struct AddressesDeleter {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

}  // namespace

Result<Endpoint> resolve(const std::string& url) {
  const client::Target target = TRY(client::parse_target(url));
  Endpoint endpoint{.is_encrypted = url.starts_with("https:")};
  const std::size_t colon = target.authority.rfind(':');
  const std::string port = target.authority.substr(colon + 1);
  endpoint.host = target.authority.substr(0, colon);
  endpoint.host_header =
      port == (endpoint.is_encrypted ? "443" : "80") ? endpoint.host : target.authority;
  if (endpoint.host.starts_with('[')) endpoint.host = endpoint.host.substr(1, colon - 2);
  const std::size_t slash = url.find('/', url.find("://") + 3);
  endpoint.path = slash == std::string::npos ? "/" : url.substr(slash);
  if (!endpoint.path.ends_with('/')) endpoint.path += '/';

  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, AddressesDeleter> addresses(found);
  if (code != 0) {
    return fail(client::errors::unreachable,
                fmt::format("{} cannot be found: {}.", shown(endpoint.host), gai_strerror(code)));
  }
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Address& address = endpoint.addresses.emplace_back(Address{.bytes = each->ai_addrlen});
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
  }
  return endpoint;
}

}  // namespace mailrail::load
