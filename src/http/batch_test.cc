// What comes together: requests that one look at the sockets found are one batch for the handler.

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "http/server.h"
#include "http/test_client.h"

namespace mailrail::http {
namespace {

using testing::Client;
using testing::post;

// Answers nothing before a batch ends; then all of it, with the batch's number and its size.
class Gatherer final : public Handler {
 public:
  void on_request(ExchangeId exchange, Request) override { gathered.push_back(exchange); }
  void on_gone(ExchangeId) override {}
  void on_batch_end(std::uint32_t) override {
    const std::vector<ExchangeId> batch = std::exchange(gathered, {});
    const std::string body = std::to_string(++batches) + " " + std::to_string(batch.size());
    for (const ExchangeId& each : batch) server->answer(each, {.body = body});
  }

  Server* server = nullptr;
  std::vector<ExchangeId> gathered;
  int batches = 0;
};

class BatchTest : public ::testing::Test {
 protected:
  BatchTest() {
    server_ = *Server::open({.listeners = {{.port = 0}}, .threads = 1}, gatherer_);
    gatherer_.server = server_.get();
    server_->start();
  }

  Client connect() const { return Client(server_->port()); }

  Gatherer gatherer_;
  std::unique_ptr<Server> server_;
};

TEST_F(BatchTest, IsOneRequestWhereOneComes) {
  Client client = connect();

  for (const std::string number : {"1", "2", "3"}) {
    client.send(post("x"));
    EXPECT_EQ(client.read_reply().body, number + " 1");
  }
}

TEST_F(BatchTest, IsAllThatCameWhileTheThreadWasBusy) {
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(connect());
    clients.back().send(post("x"));  // Whose answer shows that its connection is known.
    EXPECT_EQ(clients.back().read_reply().body, std::to_string(i + 1) + " 1");
  }
  std::promise<void> is_busy;
  std::promise<void> may_go_on;
  server_->post(0, [&] {
    is_busy.set_value();
    may_go_on.get_future().wait();
  });
  is_busy.get_future().wait();

  for (Client& each : clients) each.send(post("x"));
  may_go_on.set_value();

  for (Client& each : clients) EXPECT_EQ(each.read_reply().body, "9 8");
}

TEST_F(BatchTest, IsOneRequestOfAPipelineAtATime) {
  Client client = connect();

  client.send(post("x") + post("y") + post("z"));

  for (const std::string number : {"1", "2", "3"})
    EXPECT_EQ(client.read_reply().body, number + " 1");
}

TEST_F(BatchTest, IsWhatTheProcessItselfAsks) {
  EXPECT_EQ(
      server_->ask(gatherer_, {.method = "GET", .target = "/", .headers = {}, .body = {}}).body,
      "1 1");
}

}  // namespace
}  // namespace mailrail::http
