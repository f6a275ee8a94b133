// Prints every ill-formed request that an empty server refuses, as bytes for a socket, one after
// the other: its name, its protocol and its bytes, each behind its length. The test over real
// sockets plays them; none waits there, as none finds a queue.

#include <cstdint>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "tests/cases/world.h"
#include "tests/illformed/requests.h"

namespace mailrail::illformed {
namespace {

// Longer ones would make gigabytes; the test over sockets makes some of its own.
constexpr std::size_t body_bytes_max = 64 << 10;

void print(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  const unsigned char length[] = {
      static_cast<unsigned char>(size >> 24), static_cast<unsigned char>(size >> 16),
      static_cast<unsigned char>(size >> 8), static_cast<unsigned char>(size)};
  std::fwrite(length, 1, sizeof length, stdout);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string bytes_of(const http::Request& request) {
  std::string bytes = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const http::Header each = request.headers[i];
    bytes += fmt::format("{}: {}\r\n", each.name, each.value);
  }
  return bytes + fmt::format("Content-Length: {}\r\n\r\n", request.body.size()) + request.body;
}

bool is_refused(const http::Request& request) {
  static std::unique_ptr<cases::World> empty = std::make_unique<cases::World>();
  const http::Response* answer = empty->answer(empty->ask(request));
  const bool is_refused = answer != nullptr && answer->status != 200;
  if (!is_refused) empty = std::make_unique<cases::World>();
  return is_refused;
}

void print_refused(const Example& example, cases::Protocol protocol) {
  const Scene scene(example, protocol);
  const Visit visit = [&](const IllRequest& ill) {
    if (ill.request.body.size() > body_bytes_max) return;
    if (!is_refused(ill.request)) return;
    print(fmt::format("{} {}", example.action(), ill.name));
    print(cases::name_of(protocol));
    print(bytes_of(ill.request));
  };
  each_ill_value(scene, example, visit);
  each_ill_body(scene, example, visit);
  each_truncation(scene, example, visit);
}

}  // namespace
}  // namespace mailrail::illformed

int main(int argument_count, char** arguments) {
  using namespace mailrail;
  if (argument_count != 2) {
    fmt::print(stderr, "usage: print_ill_requests DIRECTORY_OF_CASES\n");
    return 2;
  }
  const auto files = cases::read_case_files(arguments[1]);
  if (!files) {
    fmt::print(stderr, "{}\n", files.error().message);
    return 2;
  }
  for (const illformed::Example& example : illformed::examples_of(*files)) {
    for (const cases::Protocol each : illformed::protocols_of(example.action()))
      illformed::print_refused(example, each);
  }
}
