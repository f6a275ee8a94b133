// Writes what stands before a response's body: the status line, the server's own header fields, and
// the handler's.
//
// A pure function, but for the Date, which is rendered once a second.

#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "http/message.h"

namespace mailrail::http {

// What the request says about how its response is framed.
struct Framing {
  enum class Length : std::uint8_t { known, until_close };

  Connection connection = Connection::keep;
  bool is_http_1_0 = false;
  Length length = Length::known;
};

// Whether a response of this status has a body at all.
bool has_body(int status);

// Appends to `out`, up to the empty line. A line break within a header's value becomes a space:
// nothing that a client made us echo can start another header.
void render_head(std::string& out,
                 const Response& response,
                 const Framing& framing,
                 std::string_view date);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::time_t time);

class DateCache {
 public:
  std::string_view date(std::time_t now) {
    if (now != rendered_at_) text_ = http_date(rendered_at_ = now);
    return text_;
  }

 private:
  std::time_t rendered_at_ = -1;
  std::string text_;
};

}  // namespace mailrail::http
