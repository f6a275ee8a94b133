// Webhooks: a thread that delivers to HTTP(S) endpoints (delivery/courier.h), and the HTTP client
// beside it.
//
// The engine thread hands over what delivery asked of it; bodies that memory has no more are read
// back by readers. What an endpoint does, or does not do, keeps neither waiting.

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/bodies.h"
#include "base/permit.h"
#include "base/random.h"
#include "client/address_rules.h"
#include "client/http_client.h"
#include "delivery/courier.h"
#include "log/log_store.h"
#include "server/engine_clock.h"
#include "server/engine_thread.h"
#include "server/readers.h"
#include "signing/signer.h"

namespace mailrail::server {

class Webhooks final : private delivery::Hands {
 public:
  // No request leaves without the permit.
  Webhooks(const client::AddressRules& addresses, const Permit* permit);
  ~Webhooks() override;

  // What it works with, all of which ends after it. Begins to deliver.
  struct Parts {
    const log::LogStore& log;
    const engine::Identity& identity;
    signing::Signer& signer;
    EngineThread& engine;
    std::function<void(Readers::Job)> read;
    Instant not_before;  // No time before this.
  };
  void run(Parts parts);

  // On the engine thread: a call that leaves, if it is one of delivery's.
  static bool is_for_it(const Leaving& leaving);
  void deliver(Leaving leaving);

  // Begins no requests any more.
  void begin_stop();
  // Whether all that were under way have ended, within that time.
  bool is_drained(std::chrono::milliseconds patience);
  // Ends those that have not; they are tried again after the next start. No calls come from it any
  // more.
  void stop();

 private:
  struct Answered {
    std::unique_ptr<delivery::Call> call;
    api::Bodies bodies;
    std::vector<log::Hold> holds = {};  // What is to be read.
  };
  struct Responded {
    std::uint64_t request;
    client::HttpOutcome outcome;
  };
  struct Inbox {
    std::vector<Answered> answered;
    std::vector<Responded> responded;
    bool begins_stop = false;
    bool stops = false;

    bool empty() const { return answered.empty() && responded.empty() && !begins_stop && !stops; }
  };

  void submit(std::unique_ptr<delivery::Call> call) override;
  void post(std::uint64_t request, client::HttpRequest message) override;
  void gave_up(const delivery::GivenUp& given_up) override;

  void loop();
  Inbox next_inbox(std::optional<Duration> patience);
  void take(Inbox inbox);
  void read(Answered& answered, std::vector<log::SharedFrame> frames);
  template <class Change>
  void change_inbox(Change change);

  const Permit* const permit_;
  std::optional<Parts> parts_;
  std::unique_ptr<client::HttpClient> client_;
  SystemRandom random_;
  std::optional<EngineClock> clock_;
  std::unique_ptr<delivery::Courier> courier_;
  std::optional<Instant> told_of_given_up_;
  std::uint64_t untold_ = 0;  // Given up since then.

  std::mutex mutex_;
  std::condition_variable has_mail_;
  std::condition_variable is_idle_;
  Inbox inbox_;
  bool has_nothing_under_way_ = true;
  std::thread thread_;
};

}  // namespace mailrail::server
