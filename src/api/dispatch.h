// Dispatch: from an HTTP request to the call it makes.
//
// The header X-Amz-Target means AWS JSON and names the service, a parameter Action means AWS Query;
// whose it is then, service_choice.h says. A request that makes no call gets its answer here.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "api/customs.h"
#include "api/service.h"
#include "base/random.h"
#include "engine/identity.h"
#include "http/message.h"
#include "signing/signer.h"

namespace mailrail::api {

// By which a standby says that it handed a call on; its value is its name.
inline constexpr std::string_view forwarded_header = "X-Mailrail-Forwarded";

// What a request's path has to say, without its query string.
std::string_view path_of(const http::Request& request);

// An error for who asks while nobody is there to decide, in the caller's protocol: what the headers
// say of that is enough.
http::Response refuse(std::span<const Service> services,
                      const http::Request& request,
                      const Error& why,
                      Random& random);

class Dispatcher {
 public:
  // What it works with, all of which outlives it.
  struct Parts {
    std::span<const Service> services;
    const engine::Identity& identity;
    signing::Signer& signer;
    log::Snapshots* snapshots = nullptr;  // Null: the log is in no files.
    broker::Traffic* traffic = nullptr;   // Null: nobody counts.
    KeyRates* key_rates = nullptr;        // Null: no key has one.
    const ServerView* server = nullptr;   // Null: nobody has one.
    Customs customs = {};
  };
  explicit Dispatcher(Parts parts);

  // On any HTTP thread; `random` is the thread's own, for request ids.
  Made dispatch(http::Request request,
                http::ExchangeId exchange,
                std::uint64_t call_id,
                CallSlots& slots,
                Random& random) const;

  // The same, of a caller who is known already.
  Made dispatch(http::Request request,
                auth::Caller caller,
                http::ExchangeId exchange,
                std::uint64_t call_id,
                CallSlots& slots,
                Random& random) const;

  // What an action may know of a request of this caller.
  Context context_of(const http::Request& request, auth::Caller caller) const;

  // As above.
  http::Response refuse(const http::Request& request, const Error& why, Random& random) const {
    return api::refuse(parts_.services, request, why, random);
  }

 private:
  const Service* service_of_target(std::string_view target) const;

  const Parts parts_;
  ReadTopicMessage read_topic_message_ = nullptr;
};

}  // namespace mailrail::api
