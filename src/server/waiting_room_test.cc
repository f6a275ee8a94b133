#include "server/waiting_room.h"

#include <array>
#include <future>
#include <memory>
#include <semaphore>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_client.h"
#include "sqs/service.h"

namespace mailrail::server {
namespace {

using http::testing::Client;
using http::testing::post;
using ::testing::HasSubstr;

// Answers with the body that came, once it is told that no more comes with it.
class Echo final : public http::Handler {
 public:
  void on_request(http::ExchangeId exchange, http::Request request) override {
    asked.emplace_back(exchange, std::move(request.body));
  }
  void on_gone(http::ExchangeId) override {}
  void on_batch_end(std::uint32_t) override {
    for (auto& [exchange, body] : std::exchange(asked, {}))
      server->answer(exchange, {.body = std::move(body)});
  }

  http::Server* server = nullptr;
  std::vector<std::pair<http::ExchangeId, std::string>> asked;
};

// Hands all to the room, and tells when something has come.
class Door final : public http::Handler {
 public:
  void on_request(http::ExchangeId exchange, http::Request request) override {
    room->on_request(exchange, std::move(request));
    came.release();
  }
  void on_gone(http::ExchangeId exchange) override {
    room->on_gone(exchange);
    came.release();
  }

  WaitingRoom* room = nullptr;
  std::counting_semaphore<> came{0};
};

class WaitingRoomTest : public ::testing::Test {
 protected:
  WaitingRoomTest() {
    server_ = *http::Server::open({.listeners = {{.port = 0}}, .threads = 1}, door_);
    room_ = std::make_unique<WaitingRoom>(*server_, services_, 1'000);
    door_.room = room_.get();
    echo_.server = server_.get();
    server_->start();
  }
  ~WaitingRoomTest() override { server_.reset(); }

  void let_in() {
    std::promise<void> is_done;
    server_->post(0, [&] {
      room_->let_in(0, echo_);
      is_done.set_value();
    });
    is_done.get_future().get();
  }

  Client connect() const { return Client(server_->port()); }

  std::array<api::Service, 1> services_{sqs::service()};
  Door door_;
  Echo echo_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<WaitingRoom> room_;
};

TEST_F(WaitingRoomTest, TellsHowFarTheRecoveryIs) {
  Client client = connect();

  room_->tell_percent(42);
  client.send("GET /readyz HTTP/1.1\r\nHost: here\r\n\r\n");
  const http::testing::Reply reply = client.read_reply();

  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "recovering: 42 %\n");
  EXPECT_TRUE(reply.has("Retry-After: 1"));
}

TEST_F(WaitingRoomTest, KeepsCallsUntilTheyCanBeDecided) {
  Client first = connect();
  Client second = connect();
  first.send(post("one"));
  second.send(post("two"));
  door_.came.acquire();
  door_.came.acquire();

  let_in();

  EXPECT_EQ(first.read_reply().body, "one");
  EXPECT_EQ(second.read_reply().body, "two");
}

TEST_F(WaitingRoomTest, ForgetsWhoHasGone) {
  {
    Client leaving = connect();
    leaving.send(post(std::string(900, 'x')));
    door_.came.acquire();
  }
  door_.came.acquire();
  Client next = connect();
  next.send(post(std::string(900, 'y')));
  door_.came.acquire();

  let_in();

  EXPECT_EQ(next.read_reply().body, std::string(900, 'y'));
}

TEST_F(WaitingRoomTest, RefusesMoreThanItCanHold) {
  Client first = connect();
  Client second = connect();
  first.send(post(std::string(900, 'x')));
  door_.came.acquire();

  second.send(post(std::string(200, 'x')));
  const http::testing::Reply reply = second.read_reply();

  EXPECT_EQ(reply.status, 503);
  EXPECT_TRUE(reply.has("Retry-After: 1"));
  EXPECT_THAT(reply.body, HasSubstr("ServiceUnavailable"));
}

}  // namespace
}  // namespace mailrail::server
