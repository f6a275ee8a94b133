// The worker's replies: whole ones, and streams that go on piece by piece.

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

#include "base/check.h"
#include "http/client.h"
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
  handler.on_batch_end(thread_);
}

bool Worker::answer(ExchangeId exchange, Response response, const Permit* permit) {
  CHECK(exchange.thread == thread_);
  if (exchange.slot == own_slot) {
    const auto asked = own_.extract(exchange.generation);
    if (asked) asked.mapped()(std::move(response));
    return !asked.empty();
  }
  Client* client = find(exchange, ClientState::handling);
  if (client == nullptr) return false;
  client->permit = permit;
  return send(*client, std::move(response));
}

Worker::Client* Worker::find(ExchangeId exchange, ClientState state) {
  Client* client = exchange.slot < clients_.size() ? clients_[exchange.slot].get() : nullptr;
  const bool is_found =
      client != nullptr && client->exchange == exchange.generation && client->state == state;
  return is_found ? client : nullptr;
}

void Worker::drop_unanswered(std::span<const ExchangeId> except) {
  for (const std::unique_ptr<Client>& client : clients_) {
    if (!client) continue;
    const ExchangeId exchange{
        .thread = thread_, .slot = client->key.slot, .generation = client->exchange};
    const bool is_unanswered =
        client->state == ClientState::handling || client->state == ClientState::streaming;
    const bool is_half_sent = client->state == ClientState::sending && client->permit != nullptr;
    if ((is_unanswered || is_half_sent) && std::ranges::find(except, exchange) == except.end())
      close(*client);
  }
}

// False, and the client is gone, if that can't be. Otherwise what doesn't fit now follows when it
// does.
bool Worker::send(Client& client, Response response) {
  if (is_closing_ || response.connection == Connection::close)
    client.framing.connection = Connection::close;
  head_.clear();
  render_head(head_, response, client.framing, date_.date(std::time(nullptr)));
  if (client.is_head || !has_body(response.status)) response.body.clear();

  const Stream::Transfer transfer = client.stream.write(head_, response.body, client.permit);
  if (transfer.outcome == Stream::Outcome::ended) {
    close(client);
    return false;
  }
  if (transfer.bytes == head_.size() + response.body.size()) {
    on_sent(client);
    return true;
  }

  client.unsent_begin = transfer.bytes;
  if (transfer.bytes < head_.size()) {
    response.body.insert(0, head_);
  } else {
    client.unsent_begin -= head_.size();
  }
  client.unsent = std::move(response.body);
  client.state = ClientState::sending;
  client.deadline = Steady::now() + options_.send_time;
  if (!fits(client)) {
    close(client);
    return false;
  }
  send_rest_later(client);
  return true;
}

void Worker::send_rest_later(Client& client) {
  change_wants(client, {.bytes = client.wants.bytes, .room = true});
}

void Worker::send_rest(Client& client) {
  const Stream::Transfer transfer = client.stream.write(
      std::string_view(client.unsent).substr(client.unsent_begin), {}, client.permit);
  const bool is_stream = client.state == ClientState::streaming;
  if (transfer.outcome == Stream::Outcome::ended) return is_stream ? lose(client) : close(client);
  if (is_stream && transfer.bytes > 0) client.deadline = Steady::now() + options_.send_time;
  client.unsent_begin += transfer.bytes;
  if (client.unsent_begin < client.unsent.size()) return send_rest_later(client);
  change_wants(client, {.bytes = client.wants.bytes, .room = false});
  client.unsent = {};
  if (is_stream) {
    fits(client);
  } else {
    on_sent(client);
  }
}

void Worker::on_sent(Client& client) {
  if (client.framing.connection == Connection::close) return linger(client);
  client.state = ClientState::idle;
  client.deadline = Steady::now() + options_.idle_time;
  if (client.is_served) return;
  if (client.has_unread || !client.pending.empty()) {
    client.has_unread = false;
    take_in(client, {});
  }
}

bool Worker::begin_stream(ExchangeId exchange, Response head, const Permit* permit) {
  CHECK(exchange.thread == thread_);
  Client* client = find(exchange, ClientState::handling);
  if (client == nullptr) return false;
  client->permit = permit;
  if (is_closing_) {
    refuse(*client, 503, "This server is stopping. Try again soon.");
    return false;
  }
  client->framing.connection = Connection::close;
  client->framing.length = Framing::Length::until_close;
  client->state = ClientState::streaming;
  head_.clear();
  render_head(head_, head, client->framing, date_.date(std::time(nullptr)));
  return push(exchange, head_ + head.body) == Server::Pushed::taken;
}

Server::Pushed Worker::push(ExchangeId exchange, std::string_view piece) {
  CHECK(exchange.thread == thread_);
  Client* client = find(exchange, ClientState::streaming);
  if (client == nullptr) return Server::Pushed::gone;
  if (!client->unsent.empty()) {
    const std::size_t waiting = client->unsent.size() - client->unsent_begin;
    const bool has_room = waiting + piece.size() <= options_.stream_bytes_max;
    return has_room && keep_rest(*client, piece) ? Server::Pushed::taken : Server::Pushed::refused;
  }
  const Stream::Transfer transfer = client->stream.write(piece, {}, client->permit);
  if (transfer.outcome == Stream::Outcome::ended) {
    lose(*client);
    return Server::Pushed::gone;
  }
  if (transfer.bytes == piece.size()) return Server::Pushed::taken;
  client->unsent_begin = 0;
  client->deadline = Steady::now() + options_.send_time;
  if (!keep_rest(*client, piece.substr(transfer.bytes))) {
    lose(*client);  // Half a piece is no use to anybody.
    return Server::Pushed::gone;
  }
  send_rest_later(*client);
  return Server::Pushed::taken;
}

// False if all connections together hold too much for that.
bool Worker::keep_rest(Client& client, std::string_view rest) {
  if (client.unsent_begin > sent_bytes_kept_max) {
    client.unsent.erase(0, client.unsent_begin);
    client.unsent_begin = 0;
  }
  const std::size_t bytes = client.unsent.size();
  client.unsent.append(rest);
  if (fits(client)) return true;
  client.unsent.resize(bytes);
  fits(client);
  return false;
}

void Worker::end_stream(ExchangeId exchange) {
  CHECK(exchange.thread == thread_);
  Client* client = find(exchange, ClientState::streaming);
  if (client == nullptr) return;
  if (client->unsent.empty()) return linger(*client);
  client->state = ClientState::sending;
}

// Of a stream, when the server stops, which waits for no slow reader.
void Worker::end(Client& client) {
  if (!client.unsent.empty()) return lose(client);
  const ExchangeId exchange{
      .thread = thread_, .slot = client.key.slot, .generation = client.exchange};
  linger(client);
  handler_.on_gone(exchange);
}

}  // namespace mailrail::http
