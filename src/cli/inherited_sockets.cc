#include "cli/inherited_sockets.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mailrail::cli {
namespace {

constexpr int first_descriptor = 3;
constexpr int descriptors_max = 64;

std::optional<int> number(const std::optional<std::string>& text) {
  int value = 0;
  if (!text) return std::nullopt;
  const char* const end = text->data() + text->size();
  const auto [parsed, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return value;
}

std::string take_name(std::string_view& names) {
  const std::string_view name = names.substr(0, names.find(':'));
  names.remove_prefix(std::min(name.size() + 1, names.size()));
  return std::string(name);
}

bool listens(int descriptor) {
  int kind = 0;
  int is_listening = 0;
  socklen_t bytes = sizeof kind;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &bytes) != 0 || kind != SOCK_STREAM)
    return false;
  bytes = sizeof is_listening;
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &bytes) == 0 &&
         is_listening != 0;
}

Result<InheritedSocket> describe(int descriptor, std::string name) {
  sockaddr_storage address = {};
  socklen_t bytes = sizeof address;
  char text[INET6_ADDRSTRLEN] = {};
  InheritedSocket found{.descriptor = descriptor, .name = std::move(name), .host = {}, .port = 0};
  if (listens(descriptor) &&
      getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &bytes) == 0) {
    sockaddr_in ipv4 = {};
    sockaddr_in6 ipv6 = {};
    if (address.ss_family == AF_INET) {
      std::memcpy(&ipv4, &address, sizeof ipv4);
      inet_ntop(AF_INET, &ipv4.sin_addr, text, sizeof text);
      found.port = ntohs(ipv4.sin_port);
    } else if (address.ss_family == AF_INET6) {
      std::memcpy(&ipv6, &address, sizeof ipv6);
      inet_ntop(AF_INET6, &ipv6.sin6_addr, text, sizeof text);
      found.port = ntohs(ipv6.sin6_port);
    }
  }
  found.host = text;
  if (!found.host.empty()) return found;
  return fail(errors::unusable,
              fmt::format("Descriptor {} was handed to this process to listen on, and is no "
                          "listening TCP socket. Check ListenStream= in the socket unit.",
                          descriptor));
}

}  // namespace

Result<std::vector<InheritedSocket>> inherited_sockets(const Environment& environment) {
  std::vector<InheritedSocket> sockets;
  if (number(environment("LISTEN_PID")) != static_cast<int>(getpid())) return sockets;
  const int count = number(environment("LISTEN_FDS")).value_or(0);
  if (count < 0 || count > descriptors_max) {
    return fail(errors::unusable, fmt::format("LISTEN_FDS must be between 0 and {}, not {}.",
                                              descriptors_max, count));
  }
  const std::string all_names = environment("LISTEN_FDNAMES").value_or("");
  std::string_view names = all_names;
  for (int descriptor = first_descriptor; descriptor < first_descriptor + count; ++descriptor) {
    InheritedSocket socket = TRY(describe(descriptor, take_name(names)));
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace mailrail::cli
