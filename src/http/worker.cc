#include "http/worker.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "base/check.h"
#include "http/guest.h"

namespace mailrail::http {

namespace {

// Often enough that no deadline is missed by more than a quarter, or by more than a second.
Duration sweep_period_for(const Options& options) {
  const Duration shortest = std::min({options.idle_time, options.receive_time, options.send_time,
                                      options.linger_time, options.handshake_time});
  return std::clamp<Duration>(shortest / 4, 5ms, 1s);
}

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

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
  const bool is_awaited =
      guest.state == Guest::State::handling || guest.state == Guest::State::streaming;
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
  if (guest.state == Guest::State::streaming) return end(guest);
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
    case Guest::State::streaming:
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
  if (guest.state == Guest::State::handling || guest.state == Guest::State::streaming) {
    // Behind unread bytes the end doesn't show by itself.
    const bool is_gone = guest.has_unread && guest.stream.peer_has_closed();
    if (is_gone || (!guest.unsent.empty() && now >= guest.deadline)) lose(guest);
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
