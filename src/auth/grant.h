// Grant: what the key that signed a request allows.
//
// Authentication makes one for each key, or session of a key, and hands it to every request that
// the key signed; authorization.h judges by it. Nothing in it is secret, and it never changes:
// a key that is changed gets another one.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mailrail::auth {

// What a key is for; what each may do is authorization.h's table.
enum class Role : std::uint8_t {
  admin,       // Everything, keys too.
  operations,  // `operator`: everything but keys.
  send,
  receive,
  publish,
  view,
};

// Whether its holder sees what messages say.
enum class Payloads : std::uint8_t { shown, hidden };

// Whether its holder may change anything, by the way on which he came.
enum class Extent : std::uint8_t { everything, looking };

struct Grant {
  std::string key_id;  // The access key id. Empty: the request was not signed, and nobody asks.
  std::string name;    // Of the key, for people and for ARNs: `user/NAME`. Empty: its id will do.
  std::vector<Role> roles = {};
  // Names of queues and topics with `*` and `?`: whatever matches any of them. Without patterns of
  // either kind nothing is narrowed; else there is no topic for who has patterns of queues alone.
  std::vector<std::string> queues = {};
  std::vector<std::string> topics = {};
  Payloads payloads = Payloads::shown;
  std::optional<std::uint32_t> calls_per_second = {};
  Extent extent = Extent::everything;

  bool is_anonymous() const { return key_id.empty(); }
};

}  // namespace mailrail::auth
