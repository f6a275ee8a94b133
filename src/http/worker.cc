#include "http/worker.h"

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "base/check.h"

namespace mailrail::http {

namespace {

// Often enough that no deadline is missed by more than a quarter, or by more than a second.
Duration sweep_period_for(const Options& options) {
  const Duration shortest = std::min({options.idle_time, options.receive_time, options.send_time,
                                      options.linger_time, options.handshake_time});
  return std::clamp<Duration>(shortest / 4, 5ms, 1s);
}

constexpr std::uint32_t own_slot = std::numeric_limits<std::uint32_t>::max();  // Of no connection.
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

struct Worker::Guest {
  enum class State { idle, receiving, handling, sending, lingering };

  Guest(Key its_key, Arrival arrival, const Tls* tls)
      : key(its_key),
        stream(std::move(arrival.socket), tls),
        door(arrival.door),
        remote_address(std::move(arrival.address)),
        address(arrival.key),
        admission(arrival.admission) {}

  const Key key;
  Stream stream;
  const Door door;
  const std::string remote_address;
  const AddressBook::Key address;
  const Admission admission;
  bool is_in_handshake = false;  // It is in its handshake.

  State state = State::idle;
  Steady::time_point deadline;  // Of the state; a handler may take as long as it likes.
  bool is_watched = false;      // A when_readable() is out.
  bool is_served = false;       // serve() is on the stack, and goes on by itself.
  bool has_unread = false;      // More came, or the end, while it was not its turn to be read.

  std::string pending;  // Received, not parsed yet.
  std::unique_ptr<RequestParser> parser;
  bool was_told_to_go_on = false;

  std::uint64_t exchange = 0;  // The request that is with the handler.
  Framing framing;
  bool is_head = false;

  const Permit* permit = nullptr;  // Of the answer, if it needs one.
  std::string unsent;
  std::size_t unsent_begin = 0;

  std::size_t buffered_bytes = 0;  // As counted in the worker's.
};

Worker::Worker(std::uint32_t thread, const Shared& shared)
    : thread_(thread),
      options_(shared.options),
      occupancy_(shared.occupancy),
      addresses_(shared.addresses),
      handler_(shared.handler),
      sweep_period_(sweep_period_for(shared.options)) {}

Worker::~Worker() { stop(); }

void Worker::start() {
  sweep_later();  // Also what keeps the loop alive.
  runner_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(runner_.native_handle(), fmt::format("http-{}", thread_).c_str());
}

void Worker::stop() {
  loop_.stop();
  if (runner_.joinable()) runner_.join();
}

void Worker::adopt(Arrival arrival) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(guests_.size()));
    guests_.emplace_back();
  }
  const Key key{.slot = free_slots_.back(), .generation = ++generations_};
  free_slots_.pop_back();
  guests_[key.slot] = std::make_unique<Guest>(key, std::move(arrival), options_.tls);
  Guest& guest = *guests_[key.slot];
  guest.deadline = Steady::now() + options_.idle_time;

  if (guest.admission != Admission::guest) {
    refuse_admission(guest);
  } else if (is_closing_) {
    close_unless_busy(guest);
  } else {
    if (guest.stream.is_encrypted()) begin_handshake(guest);
    watch(guest);
  }
}

// To tell it by TLS would cost more than to serve it.
void Worker::refuse_admission(Guest& guest) {
  if (guest.stream.is_encrypted()) return close(guest);
  const bool is_of_address = guest.admission == Admission::refused_address;
  refuse(guest, 503,
         is_of_address ? "This address has as many connections as one may have. Try again later."
                       : "This server has as many connections as it accepts. Try again later.");
}

// Handshakes cost memory and time before anything is known of a client. When there are too many,
// those that have taken longest make room.
void Worker::begin_handshake(Guest& guest) {
  guest.is_in_handshake = true;
  guest.deadline = Steady::now() + options_.handshake_time;
  handshakes_.push_back(guest.key);
  ++handshake_count_;
  while (!handshakes_.empty()) {
    Guest* oldest = find(handshakes_.front());
    const bool is_under_way = oldest != nullptr && oldest->is_in_handshake;
    if (is_under_way && handshake_count_ <= options_.handshakes_max) break;
    handshakes_.pop_front();
    if (is_under_way) close(*oldest);
  }
}

void Worker::end_handshake(Guest& guest) {
  guest.is_in_handshake = false;
  --handshake_count_;
}

Worker::Guest* Worker::find(const Key& key) {
  Guest* guest = key.slot < guests_.size() ? guests_[key.slot].get() : nullptr;
  return guest != nullptr && guest->key.generation == key.generation ? guest : nullptr;
}

void Worker::close(Guest& guest) {
  if (guest.state != Guest::State::lingering) occupancy_.become_passive();
  occupancy_.leave(guest.admission);
  if (guest.admission != Admission::refused_address) addresses_.leave(guest.address);
  if (guest.is_in_handshake) end_handshake(guest);
  buffered_bytes_ -= guest.buffered_bytes;
  free_slots_.push_back(guest.key.slot);
  guests_[guest.key.slot].reset();
}

// The client is gone, and whoever works for it should know.
void Worker::lose(Guest& guest) {
  const bool is_awaited = guest.state == Guest::State::handling;
  const ExchangeId exchange{
      .thread = thread_, .slot = guest.key.slot, .generation = guest.exchange};
  close(guest);
  if (is_awaited) handler_.on_gone(exchange);
}

void Worker::close_idle_connections() {
  is_closing_ = true;
  for (const std::unique_ptr<Guest>& guest : guests_) {
    if (guest) close_unless_busy(*guest);
  }
}

// A request that has already arrived is still answered.
void Worker::close_unless_busy(Guest& guest) {
  const Key key = guest.key;
  if (guest.state == Guest::State::idle) receive(guest);
  Guest* remaining = find(key);
  if (remaining != nullptr && remaining->state == Guest::State::idle) close(*remaining);
}

void Worker::watch(Guest& guest) {
  if (guest.is_watched) return;
  guest.is_watched = true;
  auto then = [this, key = guest.key](Stream::Outcome outcome) {
    if (Guest* readable = find(key)) on_readable(*readable, outcome);
  };
  if (guest.stream.needs_room()) {
    guest.stream.when_writable(std::move(then));
  } else {
    guest.stream.when_readable(std::move(then));
  }
}

void Worker::on_readable(Guest& guest, Stream::Outcome outcome) {
  guest.is_watched = false;
  switch (guest.state) {
    case Guest::State::handling:
      // With TLS a client that closes says so first.
      if (outcome == Stream::Outcome::ended ||
          (guest.stream.is_encrypted() && guest.stream.peer_has_closed()))
        return lose(guest);
      guest.has_unread = true;
      return;
    case Guest::State::sending:
      guest.has_unread = true;
      return;
    case Guest::State::idle:
    case Guest::State::receiving:
    case Guest::State::lingering:
      return receive(guest);
  }
}

void Worker::receive(Guest& guest) {
  const Stream::Transfer transfer = guest.stream.read(received_);
  if (guest.is_in_handshake && guest.stream.is_established()) {
    end_handshake(guest);
    guest.deadline = Steady::now() + options_.idle_time;
  }
  if (transfer.outcome != Stream::Outcome::done) return on_nothing_read(guest, transfer.outcome);
  if (guest.state == Guest::State::lingering) return watch(guest);
  take_in(guest, std::string_view(received_.data(), transfer.bytes));
}

void Worker::on_nothing_read(Guest& guest, Stream::Outcome outcome) {
  if (outcome == Stream::Outcome::would_block) return watch(guest);
  if (!guest.stream.was_plain_http()) return close(guest);
  guest.stream.give_up_tls();
  refuse(guest, 400, "This port speaks HTTPS only: the URL must begin with https.");
}

// Parses what is pending and `bytes`, hands over what is complete, keeps the rest.
void Worker::take_in(Guest& guest, std::string_view bytes) {
  const Key key = guest.key;
  std::string joined;
  if (!guest.pending.empty()) {
    joined = std::exchange(guest.pending, {}).append(bytes);
    bytes = joined;
  }

  const std::string_view rest = serve(guest, bytes);

  if (find(key) == nullptr) return;
  if (guest.state != Guest::State::lingering) {
    guest.pending =
        !joined.empty() && rest.size() == joined.size() ? std::move(joined) : std::string(rest);
  }
  if (!fits(guest)) {
    if (guest.state != Guest::State::receiving) return lose(guest);
    return refuse(guest, 503, "This server is receiving as much as it can hold. Try again later.");
  }
  watch(guest);
}

// Returns what it didn't take. The guest may be gone afterwards.
std::string_view Worker::serve(Guest& guest, std::string_view bytes) {
  const Key key = guest.key;
  guest.is_served = true;
  while (guest.state == Guest::State::idle || guest.state == Guest::State::receiving) {
    if (guest.state == Guest::State::idle) {
      // Some clients send an empty line after a body.
      bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
      if (bytes.empty()) break;
      begin_request(guest);
    }
    bytes.remove_prefix(guest.parser->put(bytes));
    if (guest.parser->refusal()) {
      const Refusal refusal = *guest.parser->refusal();
      refuse(guest, refusal.status, refusal.sentence);
    } else if (guest.parser->is_done()) {
      hand_over(guest);
    } else if (guest.parser->expects_continue()) {
      tell_to_go_on(guest);
    }
    if (find(key) == nullptr) return {};
    if (guest.state == Guest::State::receiving) break;  // Until more comes.
  }
  guest.is_served = false;
  return bytes;
}

void Worker::begin_request(Guest& guest) {
  guest.state = Guest::State::receiving;
  guest.deadline = Steady::now() + options_.receive_time;
  guest.parser = std::make_unique<RequestParser>(options_.limits);
  guest.was_told_to_go_on = false;
}

void Worker::tell_to_go_on(Guest& guest) {
  if (guest.was_told_to_go_on) return;
  guest.was_told_to_go_on = true;
  // A client that has left no room even for this isn't waiting for it.
  if (guest.stream.write(go_on, {}, nullptr).bytes != go_on.size()) close(guest);
}

void Worker::hand_over(Guest& guest) {
  guest.framing = {.connection = guest.parser->keeps_alive() ? Connection::keep : Connection::close,
                   .is_http_1_0 = guest.parser->is_http_1_0()};
  guest.is_head = guest.parser->is_head();
  Request request = guest.parser->take();
  guest.parser.reset();
  request.remote_address = guest.remote_address;
  request.door = guest.door;
  request.pace = addresses_.ask(guest.address, Steady::now());
  request.is_encrypted = guest.stream.is_encrypted();
  guest.state = Guest::State::handling;
  guest.permit = nullptr;
  guest.exchange = ++generations_;
  handler_.on_request({.thread = thread_, .slot = guest.key.slot, .generation = guest.exchange},
                      std::move(request));
}

void Worker::ask(Handler& handler, Request request, std::function<void(Response)> answered) {
  const std::uint64_t exchange = ++generations_;
  own_.emplace(exchange, std::move(answered));
  handler.on_request({.thread = thread_, .slot = own_slot, .generation = exchange},
                     std::move(request));
}

bool Worker::answer(ExchangeId exchange, Response response, const Permit* permit) {
  CHECK(exchange.thread == thread_);
  if (exchange.slot == own_slot) {
    const auto asked = own_.extract(exchange.generation);
    if (asked) asked.mapped()(std::move(response));
    return !asked.empty();
  }
  Guest* guest = exchange.slot < guests_.size() ? guests_[exchange.slot].get() : nullptr;
  if (guest == nullptr || guest->exchange != exchange.generation ||
      guest->state != Guest::State::handling)
    return false;
  guest->permit = permit;
  return send(*guest, std::move(response));
}

void Worker::drop_unanswered(std::span<const ExchangeId> except) {
  for (const std::unique_ptr<Guest>& guest : guests_) {
    if (!guest) continue;
    const ExchangeId exchange{
        .thread = thread_, .slot = guest->key.slot, .generation = guest->exchange};
    const bool is_unanswered = guest->state == Guest::State::handling;
    const bool is_half_sent = guest->state == Guest::State::sending && guest->permit != nullptr;
    if ((is_unanswered || is_half_sent) && std::ranges::find(except, exchange) == except.end())
      close(*guest);
  }
}

// False, and the guest is gone, if that can't be. Otherwise what doesn't fit now follows when it
// does.
bool Worker::send(Guest& guest, Response response) {
  if (is_closing_ || response.connection == Connection::close)
    guest.framing.connection = Connection::close;
  head_.clear();
  render_head(head_, response, guest.framing, date_.date(std::time(nullptr)));
  if (guest.is_head || !has_body(response.status)) response.body.clear();

  const Stream::Transfer transfer = guest.stream.write(head_, response.body, guest.permit);
  if (transfer.outcome == Stream::Outcome::ended) {
    close(guest);
    return false;
  }
  if (transfer.bytes == head_.size() + response.body.size()) {
    on_sent(guest);
    return true;
  }

  guest.unsent_begin = transfer.bytes;
  if (transfer.bytes < head_.size()) {
    response.body.insert(0, head_);
  } else {
    guest.unsent_begin -= head_.size();
  }
  guest.unsent = std::move(response.body);
  guest.state = Guest::State::sending;
  guest.deadline = Steady::now() + options_.send_time;
  if (!fits(guest)) {
    close(guest);
    return false;
  }
  send_rest_later(guest);
  return true;
}

void Worker::send_rest_later(Guest& guest) {
  guest.stream.when_writable([this, key = guest.key](Stream::Outcome) {
    if (Guest* writable = find(key)) send_rest(*writable);
  });
}

void Worker::send_rest(Guest& guest) {
  const Stream::Transfer transfer = guest.stream.write(
      std::string_view(guest.unsent).substr(guest.unsent_begin), {}, guest.permit);
  if (transfer.outcome == Stream::Outcome::ended) return close(guest);
  guest.unsent_begin += transfer.bytes;
  if (guest.unsent_begin < guest.unsent.size()) return send_rest_later(guest);
  guest.unsent = {};
  on_sent(guest);
}

void Worker::on_sent(Guest& guest) {
  if (guest.framing.connection == Connection::close) return linger(guest);
  guest.state = Guest::State::idle;
  guest.deadline = Steady::now() + options_.idle_time;
  if (guest.is_served) return;
  if (guest.has_unread || !guest.pending.empty()) {
    guest.has_unread = false;
    take_in(guest, {});
  }
}

void Worker::refuse(Guest& guest, int status, std::string_view sentence) {
  Response response = text_response(status, std::string(sentence) + "\n");
  response.connection = Connection::close;
  if (status == 503) response.headers.add("Retry-After", "1");
  guest.is_head = guest.parser && guest.parser->is_head();
  send(guest, std::move(response));
}

// Closing now could make the kernel answer what the client is still sending with a reset, and that
// would wipe out the last reply at the other end. So the client is let finish, for a while.
void Worker::linger(Guest& guest) {
  guest.state = Guest::State::lingering;
  guest.deadline = Steady::now() + options_.linger_time;
  guest.parser.reset();
  guest.pending = {};
  fits(guest);
  guest.stream.finish_sending();
  occupancy_.become_passive();
  watch(guest);
}

void Worker::sweep_later() {
  sweep_timer_.expires_after(sweep_period_);
  sweep_timer_.async_wait([this](const boost::system::error_code&) {
    const Steady::time_point now = Steady::now();
    for (const std::unique_ptr<Guest>& guest : guests_) {
      if (guest) sweep(*guest, now);
    }
    sweep_later();
  });
}

void Worker::sweep(Guest& guest, Steady::time_point now) {
  if (guest.state == Guest::State::handling) {
    // Behind unread bytes the end doesn't show by itself.
    if (guest.has_unread && guest.stream.peer_has_closed()) lose(guest);
    return;
  }
  if (now < guest.deadline) return;
  if (guest.state != Guest::State::receiving) return close(guest);
  refuse(guest, 408, "The request didn't arrive in time.");
}

// Counts what the guest holds, and says whether that is still within the bound. Requests and
// replies that pass in one piece hold nothing, so they always fit.
bool Worker::fits(Guest& guest) {
  const std::size_t held =
      guest.pending.size() + (guest.parser ? guest.parser->body_bytes() : 0) + guest.unsent.size();
  buffered_bytes_ += held - guest.buffered_bytes;
  guest.buffered_bytes = held;
  return held == 0 || buffered_bytes_ <= options_.buffered_bytes_max / options_.threads;
}

}  // namespace mailrail::http
