// Steward: a thread that owns a shared log when it may, and follows it when another does.
//
// It opens the log, replays and follows it, and hands calls on to the owner; takes it over when the
// owner is gone, and serves calls by a Term; and when that ends, because somebody else has taken
// the log over or it is out of reach, throws everything away and begins again. So the process lives
// whatever happens to the log, and as long as nobody can decide, calls get 503.

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "auth/authenticator.h"
#include "client/address_rules.h"
#include "console/sessions.h"
#include "server/follower.h"
#include "server/forwarder.h"
#include "server/log_status.h"
#include "server/outage.h"
#include "server/ownership.h"
#include "server/standby_command.h"
#include "server/succession.h"
#include "server/switchboard.h"
#include "server/term.h"
#include "server/unavailable.h"

namespace mailrail::server {

class Steward {
 public:
  struct Options {
    OpenSharedLog open_log;
    std::string log_name;  // For messages.
    log::LogOwner self;
    Limits limits;
    client::AddressRules webhook_addresses = {};
    api::Customs customs = {};
    engine::Strictness strictness = engine::Strictness::lenient;
    OwnershipTimes times = {};
    Duration looks_after = 1s;    // After a look that showed nothing new.
    std::string scheme = "http";  // By which nodes speak to each other,
    std::string ca_file = {};     // and whose certificates they believe. Empty: the system's.
    bool is_administration_apart = false;  // Asked at a place of its own, or nowhere.
  };
  // What it works with, all of which outlives it. The switchboard is its own to switch.
  struct Parts {
    http::Server& http;
    Switchboard& switchboard;
    api::CallSlots& slots;
    std::span<const api::Service> services;
    const auth::KeysInForce& keys;
    const auth::Authenticator& authenticator;
    console::Sessions& sessions;
    Random& random;
    Ownership& ownership;
    Measures& measures;
    const api::ServerView& view;
  };
  Steward(const Parts& parts, Options options);
  ~Steward();  // In disorder, unless it was stopped.

  // Whoever serves first, before begin().
  http::Handler& first_handler() { return *unavailable_; }
  // Returns when it is known what this node is at first. Refuses a log that is unusable; one that
  // is out of reach is waited for by the thread.
  Result<void> begin();

  // On an HTTP thread.
  void take_request(http::ExchangeId exchange, const http::Request& request);

  // Any thread.
  LogStatus status() const;

  // Any thread: calls `beat` in the engine's next turn; at once while another owns the log.
  void feel_pulse(std::function<void()> beat);

  // As a server's. The log is given back.
  void begin_stop();
  bool is_drained(std::chrono::milliseconds patience);
  Result<void> finish_stop();
  // Ends the thread, and whatever it serves, in disorder. No call gets an answer from here on, and
  // the HTTP threads may still ask.
  void abandon();

 private:
  struct Mail {
    std::vector<StandbyCommand> commands;
    std::optional<log::Appended> failure;  // Of the term's log.
    std::vector<std::function<void()>> pulses;
    bool begins_stop = false;
    bool finishes_stop = false;
    bool is_abandoned = false;

    bool empty() const {
      return commands.empty() && pulses.empty() && !failure && !begins_stop && !finishes_stop &&
             !is_abandoned;
    }
  };

  void run();
  Mail next_mail(std::optional<Duration> patience);
  void change_mail(const std::function<void(Mail&)>& change);
  bool is_unwanted();
  void answer(const StandbyCommand& command, int status, std::string sentence);

  // While another owns the log, or nobody can be asked.
  void stand_by();
  Result<void> open_follower();
  void look_again();
  void stand_behind(const log::Followed& followed);
  bool own();
  Result<void> catch_up();
  bool outlast(Duration muted_from);
  void lose_sight(const Error& why);
  bool is_self(const log::LogOwner& owner) const;
  Succession new_succession() const;
  void look_for_namesake(const log::Lease& lease);
  void give_up_follower(const Error& why);
  void go_on_after(const Error& why);
  void obey_as_standby(const StandbyCommand& command);
  void promote(const StandbyCommand& command);

  // While this node does.
  void begin_term();
  void serve();
  void obey_as_owner(const StandbyCommand& command);
  void step_down(const StandbyCommand& command);
  void end_in_disorder(const std::optional<log::Appended>& failure);
  Result<void> end_in_order();
  void end_term();
  void end_for_good(const Mail& first);

  // Who answers.
  void refuse_calls(std::string why);
  void forward_to(const std::string& address);
  void end_forwarder();
  void drop_unanswered();
  void tell(LogStatus status);

  const Parts parts_;
  const Options options_;
  Outage outage_;
  std::unique_ptr<Follower> follower_;
  std::optional<Succession> succession_;
  bool lets_others_go_first_ = false;
  std::uint64_t epoch_max_ = 0;   // Of those that this process has owned, or may have.
  bool shares_its_name_ = false;  // With a process that lives.
  std::optional<std::string> forwarded_to_;
  Duration looks_next_{};  // In boot time.
  bool is_over_ = false;

  std::unique_ptr<Unavailable> unavailable_;  // Which of these serves the switchboard knows.
  std::unique_ptr<Forwarder> forwarder_;
  std::unique_ptr<Term> term_;

  mutable std::mutex mutex_;  // Of all below.
  std::condition_variable changed_;
  Mail mail_;
  std::vector<http::ExchangeId> asking_;  // Commands that were not answered yet.
  LogStatus status_;
  bool is_drained_ = false;
  Result<void> stopped_;  // The thread's own, until that has ended.
  std::thread thread_;
};

}  // namespace mailrail::server
