// Courier: brings what waits in delivery queues to HTTP(S) endpoints, a consumer like any other.
//
// It asks the engine for messages by calls, hands a request for each to whoever speaks HTTP, and
// settles by another call what the answer means: delivered, again after a while, or given up. What
// it knows by itself is only what is under way and at which rate: everything that must outlive a
// crash (what waits, how often it was tried, when the next attempt is due) is the engine's. Each
// subscription has a few requests under way at most, and of one conversation of a FIFO topic one,
// so that an endpoint that fails or hangs holds up nothing but itself.
//
// It has no thread, clock or socket: whoever drives it tells it what happened and when.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "client/http_client.h"
#include "delivery/call.h"
#include "delivery/limits.h"
#include "delivery/settle.h"
#include "delivery/take.h"
#include "engine/identity.h"
#include "signing/signer.h"
#include "sns/retry_schedule.h"

namespace mailrail::delivery {

// What it works with.
class Hands {
 public:
  virtual ~Hands() = default;
  // Comes back by Call::leave(), unless the server ends.
  virtual void submit(std::unique_ptr<Call> call) = 0;
  // Comes back by responded(), always.
  virtual void post(std::uint64_t request, client::HttpRequest message) = 0;
  virtual void gave_up(const GivenUp& given_up) = 0;
};

class Courier {
 public:
  // All are to outlive it; so must it what it submits.
  Courier(const engine::Identity& identity, signing::Signer& signer, Random& random, Hands& hands);

  // Once, before anything else.
  void start();
  // The answer to a request.
  void responded(std::uint64_t request, const client::HttpOutcome& outcome, Instant now);
  // Does what is due.
  void advance(Instant now);
  std::optional<Instant> next_due() const;

  // From now on it asks for nothing more.
  void stop();
  bool is_idle() const { return under_way_.empty(); }

  // --- What came of its calls.

  void on(const Roster& roster, Instant now);
  void on(const Take& take, std::span<const std::string_view> sent, Instant now);
  void on(const GivenUp& given_up) { hands_.gave_up(given_up); }

 private:
  // What it knows of a subscription.
  struct Line {
    std::size_t under_way = 0;
    bool is_asking = false;   // A Take is on its way.
    bool is_starved = false;  // It is among the starved, once.
    std::optional<Instant> next_ask = {};
    std::string own_policy = {};
    std::string topic_policy = {};
    std::optional<sns::DeliveryTerms> terms = {};  // Those of the policies; none before it took.
    double allowance = 1;                          // Requests that its rate allows by `counted_at`.
    Instant counted_at = {};
  };
  struct Request {
    SubscriptionId subscription;
    engine::ReceiptHandle handle;
    std::uint32_t attempt = 0;
    std::string endpoint = {};
    std::optional<std::size_t> queue_bytes = {};  // As in sns::PushRequest.
    std::size_t slot_bytes = 0;
  };
  using Lines = std::map<SubscriptionId, Line>;

  void ask(SubscriptionId id, Line& line, Instant now);
  void ask_at(SubscriptionId id, Line& line, Instant when);
  void starve(SubscriptionId id, Line& line);
  void ask_starved(Instant now);
  void forget(Lines::iterator line);
  static void learn_terms(Line& line, const Take& take);
  static void count_rate(Line& line, Instant now);
  void post(const Take& take, std::size_t index, std::string_view sent, Line& line, Instant now);
  void settle(const Request& request, const Line* line, const client::HttpOutcome& outcome);
  double random_fraction();

  const engine::Identity& identity_;
  signing::Signer& signer_;
  Random& random_;
  Hands& hands_;
  Slots slots_{requests_max, request_bytes_max};
  Lines lines_;
  std::map<std::uint64_t, Request> under_way_;
  std::deque<SubscriptionId> starved_;  // To be asked in this order when slots are free.
  std::set<std::pair<Instant, SubscriptionId>> due_;
  std::uint64_t last_request_ = 0;
  bool is_stopping_ = false;
  SubscriptionId newest_;               // That a Roster told of.
  std::optional<Instant> next_roster_;  // When to ask again, as one came back empty.
};

}  // namespace mailrail::delivery
