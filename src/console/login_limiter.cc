#include "console/login_limiter.h"

#include "base/ip_network.h"

namespace mailrail::console {
namespace {

// Of IPv6 the /64, which is what one client gets.
std::string network_of(std::string_view text) {
  const auto address = parse_ip_address(text.substr(0, text.find('%')));  // Without its zone.
  if (!address || address->version == IpVersion::v4) return std::string(text);
  return std::string(address->bytes.begin(), address->bytes.begin() + 8) + "/64";
}

}  // namespace

bool LoginLimiter::may_try(std::string_view address, Instant now) {
  if (now - begin_ >= forgotten_after || now < begin_) {
    begin_ = now;
    forget();
  }
  const auto found = failed_.find(network_of(address));
  return found == failed_.end() || (found->second < of_address_max && all_ < of_all_max);
}

void LoginLimiter::failed(std::string_view address) {
  if (failed_.size() >= addresses_max) forget();
  ++all_;
  ++failed_[network_of(address)];
}

void LoginLimiter::forget() {
  all_ = 0;
  failed_.clear();
}

}  // namespace mailrail::console
