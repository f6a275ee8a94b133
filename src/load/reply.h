// Replies as they come in: the head and body of an HTTP/1.1 reply with a Content-Length, and what
// the load generator has to know of a body.
//
// Whatever server it was, so nothing is taken for granted: names in any letters, members in any
// order, texts with escapes.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace mailrail::load {

struct Reply {
  int status = 0;
  std::string_view body;
  bool ends_connection = false;

  bool is_ok() const { return status == 200; }
};

class ReplyReader {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }

  // Once it is there whole: good until take().
  std::optional<Reply> reply();
  void take();

  // What was wrong with the head, if it is not of a reply with a Content-Length, or of one that is
  // longer than any answer to what is asked. It stays so.
  std::string_view problem() const { return problem_; }

 private:
  void read_head();

  std::string bytes_;
  std::size_t head_bytes_ = 0;  // 0: it is not there whole.
  std::size_t body_bytes_ = 0;
  int status_ = 0;
  bool ends_connection_ = false;
  std::string_view problem_;
};

struct ReceivedMessage {
  std::string_view body;
  std::string_view receipt_handle;
};

class ReplyParser {
 public:
  // Of a ReceiveMessage; nothing if it is no answer to one. Good until the next call.
  std::optional<std::vector<ReceivedMessage>> messages(std::string_view body);

  // Of a batch: which entries failed, by the number that was their Id; nothing if it is no answer
  // to a batch.
  std::optional<std::vector<std::size_t>> failed(std::string_view body);

 private:
  simdjson::dom::parser parser_;
};

}  // namespace mailrail::load
