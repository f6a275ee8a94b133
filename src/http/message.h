// A request as the handler gets it, and the response it answers with: plain values, whole bodies.
//
// Framing is the server's: it decodes chunked bodies and writes Date, Content-Length and Connection
// itself.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/headers.h"

namespace mailrail::http {

// What may be asked where a request came in: everything, or only what clients of queues and topics
// ask. Through a door of its own the process asks itself; nobody else can come that way.
enum class Door : std::uint8_t { all, data, own };

// Whether an address keeps to the rate that it is granted.
enum class Pace : std::uint8_t { granted, too_fast };

struct Request {
  std::string method;  // As sent: methods are case-sensitive.
  std::string
      target;  // As sent: path and query, or a whole URL if the client thinks it talks to a proxy.
  Headers headers;
  std::string body;
  std::string remote_address = {};  // Without the port; that of IPv4 in IPv6 as IPv4.
  Door door = Door::all;
  Pace pace = Pace::granted;
  bool is_encrypted = false;  // It came by TLS.

  // Empty if the request has no such header.
  std::string_view header(std::string_view name) const {
    return headers.find(name).value_or(std::string_view());
  }
};

enum class Connection { keep, close };

// What an answer is to who counts and logs answers. It is never sent, and its names are the
// program's own, good for ever.
struct About {
  enum class Order : std::uint8_t { standard, fifo };

  std::string_view service = {};      // `sqs`; empty: it answers no call of a service.
  std::string_view action = {};       // Empty: none that there is.
  std::string_view code = {};         // Of the error; empty: none.
  std::string_view refused_for = {};  // The limit that the call met; empty: none.
  std::uint32_t billed = 0;           // Requests that AWS would count.
  Order order = Order::standard;      // Of the queue or topic that it is about.
};

struct Response {
  int status = 200;
  Headers headers = {};
  std::string body = {};
  Connection connection = Connection::keep;  // Kept only if the client wants that, too.
  About about = {};
};

// A sentence for a person, as text/plain.
inline Response text_response(int status, std::string sentence) {
  Response response{.status = status, .body = std::move(sentence)};
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  return response;
}

}  // namespace mailrail::http
