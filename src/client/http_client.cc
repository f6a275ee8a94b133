#include "client/http_client.h"

#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "base/check.h"
#include "client/transfer.h"
#include "client/turnstile.h"

namespace mailrail::client {
namespace {

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

using Multi = std::unique_ptr<CURLM, MultiDeleter>;

// It keeps no more idle connections than there may be busy ones.
Multi open_multi(const HttpClient::Options& options) {
  start_curl();
  Multi multi(curl_multi_init());
  CHECK(multi != nullptr);
  CHECK(curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS,
                          static_cast<long>(options.requests_max)) == CURLM_OK);
  return multi;
}

// It sleeps for as long as libcurl's own timers allow, or until somebody posts.
constexpr int nap_ms = 60'000;

TransferSettings settings_of(const HttpClient::Options& options, KeptBytes& kept) {
  return {.addresses = options.addresses,
          .connect_timeout = options.connect_timeout,
          .response_bytes_max = options.response_bytes_max,
          .ca_file = options.ca_file,
          .kept = &kept};
}

HttpOutcome outcome_of(Transfer& transfer, CURLcode code) {
  const Result<int> status = transfer.outcome(code);
  if (!status) return {.why = status.error().message};
  return {.status = *status, .headers = transfer.take_headers(), .body = transfer.take_body()};
}

const HttpOutcome not_wanted{.why = "It was broken off before an answer came.",
                             .was_broken_off = true};

}  // namespace

// What its thread owns, and the inbox by which others reach it.
class HttpClient::Loop {
 public:
  explicit Loop(const Options& options);
  ~Loop();

  Ticket post(HttpRequest request, Callback done);
  void break_off(Ticket ticket);

 private:
  struct Posted {
    Ticket ticket;
    HttpRequest request;
    Callback done;
  };
  struct Exchange {
    Ticket ticket;
    std::unique_ptr<Transfer> transfer;
    Callback done;
  };

  void run();
  bool is_told_to_stop();
  std::vector<Posted> take_posted();
  void admit_posted();
  void end_unwanted();
  void begin_waiting();
  void tell_finished();
  Exchange take_out(CURL* handle);
  void break_off_all();

  KeptBytes kept_;  // The thread's own, too.
  const TransferSettings settings_;
  const Response response_;
  Multi multi_;

  // The thread's own.
  Turnstile<Posted> turnstile_;
  std::unordered_map<CURL*, Exchange> under_way_;
  std::unordered_map<Ticket, CURL*> tickets_;  // Null while it waits at the turnstile.

  std::mutex mutex_;
  std::vector<Posted> posted_;  // Under the mutex, as are the next.
  std::vector<Ticket> unwanted_;
  Ticket last_ticket_ = 0;
  bool is_stopping_ = false;

  std::thread thread_;  // The last member: it uses the others.
};

HttpClient::HttpClient(Options options) : loop_(std::make_unique<Loop>(options)) {}
HttpClient::~HttpClient() = default;

HttpClient::Ticket HttpClient::post(HttpRequest request, Callback done) {
  return loop_->post(std::move(request), std::move(done));
}

void HttpClient::break_off(Ticket ticket) { loop_->break_off(ticket); }

HttpClient::Loop::Loop(const Options& options)
    : kept_{.max = options.kept_bytes_max},
      settings_(settings_of(options, kept_)),
      response_(options.response),
      multi_(open_multi(options)),
      turnstile_(options.requests_max, options.requests_per_host_max),
      thread_([this] { run(); }) {}

HttpClient::Loop::~Loop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
    curl_multi_wakeup(multi_.get());  // The thread ends what is woken only after this.
  }
  thread_.join();
}

HttpClient::Ticket HttpClient::Loop::post(HttpRequest request, Callback done) {
  Ticket ticket = 0;
  {
    const std::scoped_lock lock(mutex_);
    ticket = ++last_ticket_;
    posted_.push_back({.ticket = ticket, .request = std::move(request), .done = std::move(done)});
    if (posted_.size() > 1) return ticket;  // Whoever posted the first has woken it.
  }
  curl_multi_wakeup(multi_.get());
  return ticket;
}

void HttpClient::Loop::break_off(Ticket ticket) {
  {
    const std::scoped_lock lock(mutex_);
    unwanted_.push_back(ticket);
    if (unwanted_.size() > 1) return;  // As above.
  }
  curl_multi_wakeup(multi_.get());
}

void HttpClient::Loop::run() {
  // Signals are for others; a connection that breaks must not raise SIGPIPE, either.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (!is_told_to_stop()) {
    admit_posted();
    end_unwanted();
    int running = 0;
    CHECK(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
    tell_finished();
    begin_waiting();  // What begins makes the nap end at once.
    CHECK(curl_multi_poll(multi_.get(), nullptr, 0, nap_ms, nullptr) == CURLM_OK);
  }
  break_off_all();
}

bool HttpClient::Loop::is_told_to_stop() {
  const std::scoped_lock lock(mutex_);
  return is_stopping_;
}

std::vector<HttpClient::Loop::Posted> HttpClient::Loop::take_posted() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(posted_, {});
}

void HttpClient::Loop::admit_posted() {
  for (Posted& each : take_posted()) {
    if (const auto target = parse_target(each.request.url)) {
      tickets_.emplace(each.ticket, nullptr);
      turnstile_.come(target->authority, std::move(each));
    } else {
      each.done({.why = target.error().message});
    }
  }
}

// One that waits at the turnstile is passed over there when its turn comes.
void HttpClient::Loop::end_unwanted() {
  std::vector<Ticket> unwanted;
  {
    const std::scoped_lock lock(mutex_);
    unwanted = std::exchange(unwanted_, {});
  }
  for (const Ticket each : unwanted) {
    const auto found = tickets_.find(each);
    if (found == tickets_.end()) continue;
    if (CURL* const handle = found->second) {
      Exchange exchange = take_out(handle);
      turnstile_.leave(exchange.transfer->target().authority);
      exchange.done(not_wanted);
    } else {
      tickets_.erase(found);
    }
  }
}

void HttpClient::Loop::begin_waiting() {
  while (auto next = turnstile_.next()) {
    const auto ticket = tickets_.find(next->item.ticket);
    if (ticket == tickets_.end()) {
      turnstile_.leave(next->host);
      next->item.done(not_wanted);
      continue;
    }
    auto transfer = Transfer::create(std::move(next->item.request), settings_, response_);
    if (!transfer) {
      tickets_.erase(ticket);
      turnstile_.leave(next->host);
      next->item.done({.why = transfer.error().message});
      continue;
    }
    CURL* const handle = (*transfer)->handle();
    CHECK(curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK);
    CHECK(curl_multi_add_handle(multi_.get(), handle) == CURLM_OK);
    ticket->second = handle;
    under_way_.emplace(handle, Exchange{.ticket = next->item.ticket,
                                        .transfer = *std::move(transfer),
                                        .done = std::move(next->item.done)});
  }
}

void HttpClient::Loop::tell_finished() {
  int remaining = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &remaining)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Exchange exchange = take_out(message->easy_handle);
    turnstile_.leave(exchange.transfer->target().authority);
    exchange.done(outcome_of(*exchange.transfer, code));
  }
}

HttpClient::Loop::Exchange HttpClient::Loop::take_out(CURL* handle) {
  CHECK(curl_multi_remove_handle(multi_.get(), handle) == CURLM_OK);
  auto node = under_way_.extract(handle);
  CHECK(!node.empty());
  tickets_.erase(node.mapped().ticket);
  return std::move(node.mapped());
}

// A callback may post once more even now, and is told about that, too.
void HttpClient::Loop::break_off_all() {
  const HttpOutcome stopped{.why = "mailrail stopped before an answer came.",
                            .was_broken_off = true};
  while (!under_way_.empty()) take_out(under_way_.begin()->first).done(stopped);
  for (Posted& each : turnstile_.send_away()) each.done(stopped);
  for (auto posted = take_posted(); !posted.empty(); posted = take_posted()) {
    for (Posted& each : posted) each.done(stopped);
  }
  multi_.reset();  // Closes the connections here, where signals are blocked.
}

}  // namespace mailrail::client
