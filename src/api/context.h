// Context: what an action may know of the request beyond its input.
// Made once a request, on its HTTP thread, and the same for every action.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "api/customs.h"
#include "api/server_view.h"
#include "api/topic_message.h"
#include "auth/caller.h"
#include "auth/rights.h"
#include "base/error.h"
#include "engine/identity.h"
#include "log/snapshot.h"
#include "signing/signer.h"

namespace mailrail::broker {
class Traffic;
}

namespace mailrail::api {

class KeyRates;

// Of a User-Agent that is kept. SDKs need some 200.
inline constexpr std::size_t user_agent_bytes_max = 256;

enum class Transport : std::uint8_t { plain, encrypted };

struct Context {
  auth::Caller caller;
  std::string remote_address = {};  // Of who asks.
  std::string user_agent = {};      // As it says, in printable ASCII; cut where it is too long.
  std::string handed_on_by = {};    // The standby that was asked; empty: this server was.
  Transport transport = Transport::plain;
  // What the action takes, null if nobody knows, and how its service says that it is refused, or
  // that there are too many of its key's.
  const auth::Right* right = nullptr;
  const ErrorKind* access_denied = nullptr;
  const ErrorKind* throttled = nullptr;
  // `http://HOST`, or https, as the caller wrote it: queue URLs echo it.
  std::string endpoint = {};
  std::optional<std::string> trace_header = {};  // X-Amzn-Trace-Id.
  QueueUrlStyle queue_urls = QueueUrlStyle::host;
  const engine::Identity* identity = nullptr;
  signing::Signer* signer = nullptr;
  // What went through queues and topics; for decide() alone. Null: nobody counts.
  broker::Traffic* traffic = nullptr;
  KeyRates* key_rates = nullptr;  // Likewise. Null: no key has one.
  // The caller asked by AWS Query, which words some rules differently.
  bool is_query = false;
  // Of the service that publishes to queues; null if there is none.
  ReadTopicMessage read_topic_message = nullptr;
  log::Snapshots* snapshots = nullptr;  // Null: the log is in no files.
  const ServerView* server = nullptr;   // Null: nobody has one.
};

}  // namespace mailrail::api
