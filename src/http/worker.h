// Worker: one HTTP thread, its event loop, and the connections it owns.
//
// A connection goes idle -> receiving -> handling -> sending -> idle, or ends in lingering, where
// it waits for the client to take a last reply and close. A stream is sent from handling on, piece
// by piece, until it ends. With TLS it is idle until its handshake
// is done. All deadlines are looked at by one sweep over the connections, not by a timer each.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include "http/address_book.h"
#include "http/occupancy.h"
#include "http/options.h"
#include "http/poller.h"
#include "http/request_parser.h"
#include "http/response_head.h"
#include "http/server.h"
#include "http/stream.h"

namespace mailrail::http {

// A connection that has come, and what is known of it.
struct Arrival {
  Stream::Socket socket;
  Door door;
  std::string address;
  AddressBook::Key key;
  Admission admission;
};

class Worker {
 public:
  // What all workers share.
  struct Shared {
    const Options& options;
    Occupancy& occupancy;
    AddressBook& addresses;
    Handler& handler;
  };
  Worker(std::uint32_t thread, const Shared& shared);
  ~Worker();  // Drops what connections there are.

  // Refuses if the machine has no descriptor for it.
  Result<void> start();
  void stop();  // Returns when the thread has ended.

  // Any thread.
  asio::io_context& loop() { return loop_; }

  // All below on the worker's own thread.
  void adopt(Arrival arrival);
  bool answer(ExchangeId exchange, Response response, const Permit* permit);
  bool begin_stream(ExchangeId exchange, Response head, const Permit* permit);
  Server::Pushed push(ExchangeId exchange, std::string_view piece);
  void end_stream(ExchangeId exchange);
  void drop_unanswered(std::span<const ExchangeId> except);
  // The process itself asks, and has no connection.
  void ask(Handler& handler, Request request, std::function<void(Response)> answered);
  void close_idle_connections();

 private:
  using Steady = std::chrono::steady_clock;
  struct Client;  // One connection.
  enum class ClientState : std::uint8_t {
    idle,
    receiving,
    handling,
    sending,
    streaming,
    lingering
  };
  // Where a client sits, and which one it is: what a callback holds, since it may be gone when that
  // comes.
  struct Key {
    std::uint32_t slot;
    std::uint64_t generation;
  };

  Client* find(const Key& key);
  Client* find(ExchangeId exchange, ClientState state);
  void close(Client& client);
  void lose(Client& client);
  void refuse_admission(Client& client);
  void begin_handshake(Client& client);
  void end_handshake(Client& client);
  void close_unless_busy(Client& client);
  void end(Client& client);

  // Requests in.
  void watch(Client& client);
  void change_wants(Client& client, Poller::Wants wants);
  void on_event(const Poller::Event& event);
  void on_room(Client& client);
  void on_readable(Client& client, const Poller::Event& event);
  void receive(Client& client);
  void on_nothing_read(Client& client, Stream::Outcome outcome);
  void take_in(Client& client, std::string_view bytes);
  std::string_view serve(Client& client, std::string_view bytes);
  void begin_request(Client& client);
  void tell_to_go_on(Client& client);
  void hand_over(Client& client);
  void end_batch();

  // Replies out.
  bool send(Client& client, Response response);
  bool keep_rest(Client& client, std::string_view rest);
  void send_rest_later(Client& client);
  void send_rest(Client& client);
  void on_sent(Client& client);
  void refuse(Client& client, int status, std::string_view sentence);
  void linger(Client& client);

  // Deadlines and memory.
  void sweep_later();
  void sweep(Client& client, Steady::time_point now);
  bool fits(Client& client);

  const std::uint32_t thread_;
  const Options& options_;
  Occupancy& occupancy_;
  AddressBook& addresses_;
  Handler& handler_;

  asio::io_context loop_{1};
  Poller poller_{loop_, [this](const Poller::Event& event) { on_event(event); },
                 [this] { end_batch(); }};
  asio::basic_waitable_timer<Steady, asio::wait_traits<Steady>, asio::io_context::executor_type>
      sweep_timer_{loop_};
  const Duration sweep_period_;

  std::vector<std::unique_ptr<Client>> clients_;  // By slot; null where free.
  std::vector<std::uint32_t> free_slots_;
  std::deque<Key> handshakes_;  // Those in their handshake, the oldest first, and some that were.
  std::size_t handshake_count_ = 0;  // How many are.
  std::uint64_t generations_ =
      0;  // Counts connections and exchanges alike, so that no key or id comes twice.
  std::unordered_map<std::uint64_t, std::function<void(Response)>> own_;  // By exchange: ask().
  std::size_t buffered_bytes_ = 0;  // By all clients. See fits().
  bool is_closing_ = false;         // Every answer closes its connection.
  bool has_handed_over_ = false;    // A request, and the handler was not told that it was the last.

  // Scratch, so that a connection needs no buffers of its own.
  std::array<char, 64 << 10> received_;
  std::string head_;
  DateCache date_;

  std::thread runner_;
};

}  // namespace mailrail::http
