// LiveConsole: a thread that looks at the queues once a second, for their history and for whoever
// has a page of the console open, and sends each page its stream.
//
// What it asks goes through the engine like a call, so nothing is told that is not durable, and
// leaves under the permit of all answers. A page that takes too little costs a bounded number of
// bytes; what it missed is counted. Streams end when the log changes hands, and when the server
// stops.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/dispatch.h"
#include "console/activity.h"
#include "console/board.h"
#include "console/channel.h"
#include "console/recorder.h"
#include "console/sessions.h"
#include "http/server.h"
#include "server/engine_thread.h"
#include "server/ownership.h"
#include "wire/form.h"

namespace mailrail::server {

class LiveConsole {
 public:
  static constexpr std::size_t streams_max = 100;
  static constexpr std::size_t streams_of_key_max = 20;  // As it may have sessions.
  static constexpr std::size_t histories_max = 16;       // Asked for and not answered yet.

  // What it works with, all of which outlives it.
  struct Parts {
    http::Server& http;
    const api::Dispatcher& dispatcher;
    console::Sessions& sessions;
    const Ownership& ownership;
    EngineThread& engine;
  };
  LiveConsole(const Parts& parts, std::string epoch);
  ~LiveConsole() { stop(); }

  void run();
  void stop();

  // On the exchange's HTTP thread.
  static bool is_for_it(std::string_view path);
  void take_request(http::ExchangeId exchange, http::Request request);
  void gone(http::ExchangeId exchange);

  // On the engine thread: a call that leaves, if it is one of its own.
  static bool is_for_it(const Leaving& leaving);
  void deliver(Leaving leaving);

  console::Activity& activity() { return activity_; }

 private:
  using Steady = std::chrono::steady_clock;
  // A request as it came.
  struct Asked {
    http::ExchangeId exchange;
    const auth::Caller& caller;
    const wire::Form& parameters;
  };
  struct HistoryAsked {
    http::ExchangeId exchange;
    console::History::Span span = console::History::Span::ten_minutes;
    const console::QueueQuestion* question = nullptr;  // The look's.
  };
  struct Mail {
    std::vector<console::Board::Visitor> came;
    std::vector<http::ExchangeId> gone;
    std::vector<std::unique_ptr<console::Look>> looks;
    bool stops = false;

    bool empty() const { return came.empty() && gone.empty() && looks.empty() && !stops; }
  };

  void refuse(http::ExchangeId exchange, const Error& error);
  void begin_stream(const Asked& asked, http::Request request);
  Result<void> take_place(http::ExchangeId exchange, const auth::Caller& caller);
  void ask_history(const Asked& asked, const http::Request& request);
  void answer(http::ExchangeId exchange, http::Response response);
  template <class Change>
  void change_mail(Change change);

  void loop();
  Mail next_mail(Steady::time_point deadline);
  void look();
  void take(const console::Look& look);
  void answer_history(const HistoryAsked& asked);
  void push(std::vector<console::Piece> pieces);

  const Parts parts_;
  console::Activity activity_;

  // The thread's own.
  console::Recorder recorder_;
  console::Board board_;
  const console::Look* looking_ = nullptr;  // Under way.
  console::Sample* sample_ = nullptr;       // Its.

  std::mutex mutex_;  // Of those below.
  std::condition_variable has_mail_;
  Mail mail_;
  struct ByPlace {
    bool operator()(const http::ExchangeId& left, const http::ExchangeId& right) const;
  };
  std::map<http::ExchangeId, std::string, ByPlace> streams_;  // The id of the key of each.
  std::map<const console::Look*, HistoryAsked> histories_;
  std::thread thread_;
};

}  // namespace mailrail::server
