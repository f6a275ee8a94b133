#include "http/worker.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "base/check.h"
#include "http/client.h"

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

Result<void> Worker::start() {
  sweep_later();  // Also what keeps the loop alive.
  TRY(poller_.start());
  runner_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(runner_.native_handle(), fmt::format("http-{}", thread_).c_str());
  return {};
}

void Worker::stop() {
  loop_.stop();
  if (runner_.joinable()) runner_.join();
}

void Worker::adopt(Arrival arrival) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(clients_.size()));
    clients_.emplace_back();
  }
  const Key key{.slot = free_slots_.back(), .generation = ++generations_};
  free_slots_.pop_back();
  clients_[key.slot] = std::make_unique<Client>(key, std::move(arrival), options_.tls);
  Client& client = *clients_[key.slot];
  client.deadline = Steady::now() + options_.idle_time;
  client.wants.bytes = true;

  // By a call of the loop's own, so never while the poller tells of a batch.
  if (!poller_.add(client.stream.native_handle(), key.slot, client.wants)) {
    close(client);
  } else if (client.admission != Admission::admitted) {
    refuse_admission(client);
  } else if (is_closing_) {
    close_unless_busy(client);
  } else if (client.stream.is_encrypted()) {
    begin_handshake(client);
  }
}

// To tell it by TLS would cost more than to serve it.
void Worker::refuse_admission(Client& client) {
  if (client.stream.is_encrypted()) return close(client);
  const bool is_of_address = client.admission == Admission::refused_address;
  refuse(client, 503,
         is_of_address ? "This address has as many connections as one may have. Try again later."
                       : "This server has as many connections as it accepts. Try again later.");
}

// Handshakes cost memory and time before anything is known of a client. When there are too many,
// those that have taken longest make room.
void Worker::begin_handshake(Client& client) {
  client.is_in_handshake = true;
  client.deadline = Steady::now() + options_.handshake_time;
  handshakes_.push_back(client.key);
  ++handshake_count_;
  while (!handshakes_.empty()) {
    Client* oldest = find(handshakes_.front());
    const bool is_under_way = oldest != nullptr && oldest->is_in_handshake;
    if (is_under_way && handshake_count_ <= options_.handshakes_max) break;
    handshakes_.pop_front();
    if (is_under_way) close(*oldest);
  }
}

void Worker::end_handshake(Client& client) {
  client.is_in_handshake = false;
  --handshake_count_;
}

Worker::Client* Worker::find(const Key& key) {
  Client* client = key.slot < clients_.size() ? clients_[key.slot].get() : nullptr;
  return client != nullptr && client->key.generation == key.generation ? client : nullptr;
}

void Worker::close(Client& client) {
  if (client.state != ClientState::lingering) occupancy_.become_passive();
  occupancy_.leave(client.admission);
  if (client.admission != Admission::refused_address) addresses_.leave(client.address);
  if (client.is_in_handshake) end_handshake(client);
  buffered_bytes_ -= client.buffered_bytes;
  free_slots_.push_back(client.key.slot);
  clients_[client.key.slot].reset();
}

// The client is gone, and whoever works for it should know.
void Worker::lose(Client& client) {
  const bool is_awaited =
      client.state == ClientState::handling || client.state == ClientState::streaming;
  const ExchangeId exchange{
      .thread = thread_, .slot = client.key.slot, .generation = client.exchange};
  close(client);
  if (is_awaited) handler_.on_gone(exchange);
}

void Worker::close_idle_connections() {
  is_closing_ = true;
  for (const std::unique_ptr<Client>& client : clients_) {
    if (client) close_unless_busy(*client);
  }
}

// A request that has already arrived is still answered.
void Worker::close_unless_busy(Client& client) {
  const Key key = client.key;
  if (client.state == ClientState::streaming) return end(client);
  if (client.state == ClientState::idle) receive(client);
  Client* remaining = find(key);
  if (remaining != nullptr && remaining->state == ClientState::idle) close(*remaining);
}

// Until more can be read, or, where a handshake has to write first, until there is room for it.
void Worker::watch(Client& client) {
  const bool needs_room = client.stream.needs_room();
  change_wants(client, {.bytes = !needs_room, .room = needs_room || client.wants.room});
}

void Worker::change_wants(Client& client, Poller::Wants wants) {
  if (wants == client.wants) return;
  client.wants = wants;
  poller_.change(client.stream.native_handle(), client.key.slot, wants);
}

void Worker::on_event(const Poller::Event& event) {
  Client* client = clients_[event.slot].get();
  if (client == nullptr) return;  // Closed since the batch began.
  const Key key = client->key;
  if (event.has_room && client->wants.room) {
    on_room(*client);
    client = find(key);
  }
  if (client != nullptr && event.has_bytes && (client->wants.bytes || event.is_broken))
    on_readable(*client, event);
}

void Worker::on_room(Client& client) {
  if (client.state == ClientState::sending || client.state == ClientState::streaming)
    return send_rest(client);
  change_wants(client, {.bytes = client.wants.bytes, .room = false});
  receive(client);
}

// What is not to be read now is not told of until it is.
void Worker::on_readable(Client& client, const Poller::Event& event) {
  switch (client.state) {
    case ClientState::handling:
    case ClientState::streaming: {
      const bool has_ended =
          event.is_broken || (event.is_half_closed && !client.stream.has_bytes());
      // With TLS a client that closes says so first.
      if (has_ended || (client.stream.is_encrypted() && client.stream.peer_has_closed()))
        return lose(client);
      client.has_unread = true;
      return change_wants(client, {.bytes = false, .room = client.wants.room});
    }
    case ClientState::sending:
      if (event.is_broken) return close(client);
      client.has_unread = true;
      return change_wants(client, {.bytes = false, .room = client.wants.room});
    case ClientState::idle:
    case ClientState::receiving:
    case ClientState::lingering:
      return receive(client);
  }
}

void Worker::receive(Client& client) {
  const Stream::Transfer transfer = client.stream.read(received_);
  if (client.is_in_handshake && client.stream.is_established()) {
    end_handshake(client);
    client.deadline = Steady::now() + options_.idle_time;
  }
  if (transfer.outcome != Stream::Outcome::done) return on_nothing_read(client, transfer.outcome);
  if (client.state == ClientState::lingering) return watch(client);
  take_in(client, std::string_view(received_.data(), transfer.bytes));
}

void Worker::on_nothing_read(Client& client, Stream::Outcome outcome) {
  if (outcome == Stream::Outcome::would_block) return watch(client);
  if (!client.stream.was_plain_http()) return close(client);
  client.stream.give_up_tls();
  refuse(client, 400, "This port speaks HTTPS only: the URL must begin with https.");
}

// Parses what is pending and `bytes`, hands over what is complete, keeps the rest.
void Worker::take_in(Client& client, std::string_view bytes) {
  const Key key = client.key;
  std::string joined;
  if (!client.pending.empty()) {
    joined = std::exchange(client.pending, {}).append(bytes);
    bytes = joined;
  }

  const std::string_view rest = serve(client, bytes);

  if (find(key) == nullptr) return;
  if (client.state != ClientState::lingering) {
    client.pending =
        !joined.empty() && rest.size() == joined.size() ? std::move(joined) : std::string(rest);
  }
  if (!fits(client)) {
    if (client.state != ClientState::receiving) return lose(client);
    return refuse(client, 503, "This server is receiving as much as it can hold. Try again later.");
  }
  watch(client);
}

// Returns what it didn't take. The client may be gone afterwards.
std::string_view Worker::serve(Client& client, std::string_view bytes) {
  const Key key = client.key;
  client.is_served = true;
  while (client.state == ClientState::idle || client.state == ClientState::receiving) {
    if (client.state == ClientState::idle) {
      // Some clients send an empty line after a body.
      bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
      if (bytes.empty()) break;
      begin_request(client);
    }
    bytes.remove_prefix(client.parser->put(bytes));
    if (client.parser->refusal()) {
      const Refusal refusal = *client.parser->refusal();
      refuse(client, refusal.status, refusal.sentence);
    } else if (client.parser->is_done()) {
      hand_over(client);
    } else if (client.parser->expects_continue()) {
      tell_to_go_on(client);
    }
    if (find(key) == nullptr) return {};
    if (client.state == ClientState::receiving) break;  // Until more comes.
  }
  client.is_served = false;
  return bytes;
}

void Worker::begin_request(Client& client) {
  client.state = ClientState::receiving;
  client.deadline = Steady::now() + options_.receive_time;
  client.parser.emplace(options_.limits);
  client.was_told_to_go_on = false;
}

void Worker::tell_to_go_on(Client& client) {
  if (client.was_told_to_go_on) return;
  client.was_told_to_go_on = true;
  // A client that has left no room even for this isn't waiting for it.
  if (client.stream.write(go_on, {}, nullptr).bytes != go_on.size()) close(client);
}

void Worker::hand_over(Client& client) {
  client.framing = {
      .connection = client.parser->keeps_alive() ? Connection::keep : Connection::close,
      .is_http_1_0 = client.parser->is_http_1_0()};
  client.is_head = client.parser->is_head();
  Request request = client.parser->take();
  client.parser.reset();
  request.remote_address = client.remote_address;
  request.door = client.door;
  request.pace = addresses_.ask(client.address, Steady::now());
  request.is_encrypted = client.stream.is_encrypted();
  client.state = ClientState::handling;
  client.permit = nullptr;
  client.exchange = ++generations_;
  has_handed_over_ = true;
  handler_.on_request({.thread = thread_, .slot = client.key.slot, .generation = client.exchange},
                      std::move(request));
  if (!poller_.is_telling()) end_batch();
}

void Worker::end_batch() {
  if (std::exchange(has_handed_over_, false)) handler_.on_batch_end(thread_);
}

void Worker::refuse(Client& client, int status, std::string_view sentence) {
  Response response = text_response(status, std::string(sentence) + "\n");
  response.connection = Connection::close;
  if (status == 503) response.headers.add("Retry-After", "1");
  if (client.parser) client.is_head = client.parser->is_head();
  send(client, std::move(response));
}

// Closing now could make the kernel answer what the client is still sending with a reset, and that
// would wipe out the last reply at the other end. So the client is let finish, for a while.
void Worker::linger(Client& client) {
  client.state = ClientState::lingering;
  client.deadline = Steady::now() + options_.linger_time;
  client.parser.reset();
  client.pending = {};
  fits(client);
  client.stream.finish_sending();
  occupancy_.become_passive();
  watch(client);
}

void Worker::sweep_later() {
  sweep_timer_.expires_after(sweep_period_);
  sweep_timer_.async_wait([this](const boost::system::error_code&) {
    const Steady::time_point now = Steady::now();
    for (const std::unique_ptr<Client>& client : clients_) {
      if (client) sweep(*client, now);
    }
    sweep_later();
  });
}

void Worker::sweep(Client& client, Steady::time_point now) {
  if (client.state == ClientState::handling || client.state == ClientState::streaming) {
    // Behind unread bytes the end doesn't show by itself.
    const bool is_gone = client.has_unread && client.stream.peer_has_closed();
    if (is_gone || (!client.unsent.empty() && now >= client.deadline)) lose(client);
    return;
  }
  if (now < client.deadline) return;
  if (client.state != ClientState::receiving) return close(client);
  refuse(client, 408, "The request didn't arrive in time.");
}

// Counts what the client holds, and says whether that is still within the bound. Requests and
// replies that pass in one piece hold nothing, so they always fit.
bool Worker::fits(Client& client) {
  const std::size_t held = client.pending.size() +
                           (client.parser ? client.parser->body_bytes() : 0) + client.unsent.size();
  buffered_bytes_ += held - client.buffered_bytes;
  client.buffered_bytes = held;
  return held == 0 || buffered_bytes_ <= options_.buffered_bytes_max / options_.threads;
}

}  // namespace mailrail::http
