// The worker's replies: whole ones, and streams that go on piece by piece.

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

#include "base/check.h"
#include "http/guest.h"
#include "http/worker.h"

namespace mailrail::http {

namespace {

constexpr std::uint32_t own_slot = std::numeric_limits<std::uint32_t>::max();  // Of no connection.

// So much of what was sent is kept before the rest moves up.
constexpr std::size_t sent_bytes_kept_max = std::size_t{64} << 10;

}  // namespace

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
  Guest* guest = find_asking(exchange);
  if (guest == nullptr) return false;
  guest->permit = permit;
  return send(*guest, std::move(response));
}

Worker::Guest* Worker::find_asking(ExchangeId exchange) {
  Guest* guest = exchange.slot < guests_.size() ? guests_[exchange.slot].get() : nullptr;
  const bool is_asking = guest != nullptr && guest->exchange == exchange.generation &&
                         guest->state == Guest::State::handling;
  return is_asking ? guest : nullptr;
}

Worker::Guest* Worker::find_streaming(ExchangeId exchange) {
  Guest* guest = exchange.slot < guests_.size() ? guests_[exchange.slot].get() : nullptr;
  const bool is_streaming = guest != nullptr && guest->exchange == exchange.generation &&
                            guest->state == Guest::State::streaming;
  return is_streaming ? guest : nullptr;
}

void Worker::drop_unanswered(std::span<const ExchangeId> except) {
  for (const std::unique_ptr<Guest>& guest : guests_) {
    if (!guest) continue;
    const ExchangeId exchange{
        .thread = thread_, .slot = guest->key.slot, .generation = guest->exchange};
    const bool is_unanswered =
        guest->state == Guest::State::handling || guest->state == Guest::State::streaming;
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
  const bool is_stream = guest.state == Guest::State::streaming;
  if (transfer.outcome == Stream::Outcome::ended) return is_stream ? lose(guest) : close(guest);
  if (is_stream && transfer.bytes > 0) guest.deadline = Steady::now() + options_.send_time;
  guest.unsent_begin += transfer.bytes;
  if (guest.unsent_begin < guest.unsent.size()) return send_rest_later(guest);
  guest.unsent = {};
  if (is_stream) {
    fits(guest);
  } else {
    on_sent(guest);
  }
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

bool Worker::begin_stream(ExchangeId exchange, Response head, const Permit* permit) {
  CHECK(exchange.thread == thread_);
  Guest* guest = find_asking(exchange);
  if (guest == nullptr) return false;
  guest->permit = permit;
  if (is_closing_) {
    send(*guest, text_response(503, "This server stops.\n"));
    return false;
  }
  guest->framing.connection = Connection::close;
  guest->framing.length = Framing::Length::until_close;
  guest->state = Guest::State::streaming;
  head_.clear();
  render_head(head_, head, guest->framing, date_.date(std::time(nullptr)));
  return push(exchange, head_ + head.body) == Server::Pushed::taken;
}

Server::Pushed Worker::push(ExchangeId exchange, std::string_view piece) {
  CHECK(exchange.thread == thread_);
  Guest* guest = find_streaming(exchange);
  if (guest == nullptr) return Server::Pushed::gone;
  if (!guest->unsent.empty()) {
    const std::size_t waiting = guest->unsent.size() - guest->unsent_begin;
    const bool has_room = waiting + piece.size() <= options_.stream_bytes_max;
    return has_room && keep_rest(*guest, piece) ? Server::Pushed::taken : Server::Pushed::refused;
  }
  const Stream::Transfer transfer = guest->stream.write(piece, {}, guest->permit);
  if (transfer.outcome == Stream::Outcome::ended) {
    lose(*guest);
    return Server::Pushed::gone;
  }
  if (transfer.bytes == piece.size()) return Server::Pushed::taken;
  guest->unsent_begin = 0;
  guest->deadline = Steady::now() + options_.send_time;
  if (!keep_rest(*guest, piece.substr(transfer.bytes))) {
    lose(*guest);  // Half a piece is no use to anybody.
    return Server::Pushed::gone;
  }
  send_rest_later(*guest);
  return Server::Pushed::taken;
}

// False if all connections together hold too much for that.
bool Worker::keep_rest(Guest& guest, std::string_view rest) {
  if (guest.unsent_begin > sent_bytes_kept_max) {
    guest.unsent.erase(0, guest.unsent_begin);
    guest.unsent_begin = 0;
  }
  const std::size_t bytes = guest.unsent.size();
  guest.unsent.append(rest);
  if (fits(guest)) return true;
  guest.unsent.resize(bytes);
  fits(guest);
  return false;
}

void Worker::end_stream(ExchangeId exchange) {
  CHECK(exchange.thread == thread_);
  Guest* guest = find_streaming(exchange);
  if (guest == nullptr) return;
  if (guest->unsent.empty()) return linger(*guest);
  guest->state = Guest::State::sending;
}

// Of a stream, when the server stops, which waits for no slow reader.
void Worker::end(Guest& guest) {
  if (!guest.unsent.empty()) return lose(guest);
  const ExchangeId exchange{
      .thread = thread_, .slot = guest.key.slot, .generation = guest.exchange};
  linger(guest);
  handler_.on_gone(exchange);
}

}  // namespace mailrail::http
