// Forwarder: hands clients' calls on to the owner of the log, and the owner's answers back, so that
// clients may talk to any node.
//
// A call is handed on once and never again: one that comes from another node is refused. What goes
// wrong on the way is 503, after which clients try again. Calls under way are bounded like those of
// an owner, in number and bytes. Where the owner is, is not judged: it said so itself in the log.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/call_slots.h"
#include "api/service.h"
#include "auth/authenticator.h"
#include "base/time.h"
#include "client/http_client.h"
#include "http/server.h"
#include "server/measures.h"
#include "server/unavailable.h"

namespace mailrail::server {

// Each takes a descriptor beside its client's.
inline constexpr std::size_t forwarded_max = 4'000;

// By which a page of the console learns that this node stands by, and at which URL the owner's
// console is; empty: where is for the owner's operators to know.
inline constexpr std::string_view owner_header = "X-Mailrail-Owner";

class Forwarder final : public http::Handler {
 public:
  // What it works with, all of which outlives it.
  struct Parts {
    http::Server& http;
    api::CallSlots& slots;
    std::span<const api::Service> services;
    const Measures& measures;
    const auth::Authenticator& authenticator;  // Of who asks this node itself.
  };
  struct Options {
    std::string node;   // This one.
    std::string owner;  // As HOST:PORT.
    std::string scheme = "http";
    std::string ca_file = {};  // Empty: the system's.
    std::size_t answer_bytes_max = std::size_t{16} << 20;
    std::size_t answers_bytes_max = std::size_t{256} << 20;  // Of all that are coming.
    Duration timeout = 30s;                                  // Longer than any long poll.
    // Nodes reach each other where clients do, and there an owner may answer no operator.
    bool is_administration_apart = false;
    Duration (*now)();
  };
  Forwarder(const Parts& parts, Options options);

  // What the last look at the log showed, for /readyz.
  void looked(std::uint64_t bytes_behind);

  void on_request(http::ExchangeId exchange, http::Request request) override;
  void on_gone(http::ExchangeId exchange) override;

  // Once no requests come any more: answers all that are under way with 503. The answers are posted
  // to the HTTP threads, and it must outlive that.
  void break_off();

 private:
  struct Forwarded;

  void answer(const Forwarded& forwarded, client::HttpOutcome& outcome);
  std::string readiness() const;
  Error ask_the_owner() const;
  http::Response refuse_console(const http::Request& request, std::uint32_t thread);

  const Parts parts_;
  const Options options_;
  Refusals refusals_;
  std::vector<std::unordered_map<std::uint64_t, client::HttpClient::Ticket>>
      under_way_;  // By HTTP thread, which alone touches it, and generation.
  std::atomic<std::size_t> count_ = 0;
  std::atomic<std::uint64_t> bytes_behind_ = 0;
  std::atomic<std::int64_t> looked_at_;
  std::unique_ptr<client::HttpClient> client_;
};

}  // namespace mailrail::server
