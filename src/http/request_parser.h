// Parses one HTTP/1.x request from bytes as they arrive, by Beast's parser, straight into a
// Request.
//
// Strict where leniency lets two parties disagree about where a request ends or whom it is for: one
// Host that is nothing but a host, one framing, no transfer coding but chunked, no folded lines.
// Once it is done or has refused, it takes nothing more:
// each request gets a parser of its own.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "http/message.h"
#include "http/options.h"

namespace mailrail::http {

// Why a request is not for the handler to see. The connection can't be used any further.
struct Refusal {
  int status;
  std::string_view sentence;
};

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);
  ~RequestParser();

  // Takes what it can from the front and returns how much that was. Unless it is done then, the
  // rest must come again with more behind it; there is never more rest than a header may be long.
  std::size_t put(std::string_view bytes);

  bool is_done() const;
  const std::optional<Refusal>& refusal() const;

  // The client waits for a "100 Continue" before it sends the body.
  bool expects_continue() const;

  // Good from the end of the header on.
  bool is_head() const;
  bool is_http_1_0() const;
  bool keeps_alive() const;

  std::size_t body_bytes() const;  // Received so far.
  Request take();                  // Once done.

 private:
  class Beast;
  std::unique_ptr<Beast> beast_;
};

}  // namespace mailrail::http
