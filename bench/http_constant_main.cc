// mailrail's own HTTP server with a constant for an answer: what is left of the comparison with
// Beast when queue, log and wire are taken away. With `park` it answers nothing, which shows what a
// waiting request costs.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "http/server.h"

namespace {

using namespace mailrail;

constexpr std::string_view answer =
    R"({"MD5OfMessageBody":"49f68a5c8493ec2c0bf489821c21fc3b","MessageId":"5fea7756-0ea4-451a-a703-a558b933e274",)"
    R"("SequenceNumber":"18849496460467696128","MD5OfMessageAttributes":"1d0db1f4e01ef4b1b0ac11dbe6a8a4c0"})";

class Constant final : public http::Handler {
 public:
  explicit Constant(bool answers) : answers_(answers) {}
  void serve(http::Server& server) { server_ = &server; }

 private:
  void on_request(http::ExchangeId exchange, http::Request) override {
    if (!answers_) return;
    http::Response response{.body = std::string(answer)};
    response.headers.add("Content-Type", "application/x-amz-json-1.0");
    server_->answer(exchange, std::move(response));
  }
  void on_gone(http::ExchangeId) override {}

  const bool answers_;
  http::Server* server_ = nullptr;
};

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 3) {
    std::fprintf(stderr, "usage: http_constant PORT THREADS [park]\n");
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Constant constant(argument_count == 3);
  const auto server = http::Server::open(
      {.listeners = {{.port = static_cast<std::uint16_t>(std::atoi(arguments[1]))}},
       .threads = static_cast<std::uint32_t>(std::atoi(arguments[2]))},
      constant);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  constant.serve(**server);
  (*server)->start();
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->stop_accepting();
  (*server)->drain(100ms);
}
