// JSON out: appends to a string, puts the commas, escapes what must be escaped and nothing else.
//
// It does not check that its calls make a document; the code that calls it reads like the document
// it makes. Text must be UTF-8, as everything is that came in through a decoder.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mailrail {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  void key(std::string_view name);
  void string(std::string_view value);
  void number(std::int64_t value);
  void boolean(bool value);
  void null();

  // A member in one call.
  void member(std::string_view name, std::string_view value) {
    key(name);
    string(value);
  }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;  // A value ended here, so that another one needs a comma before it.
};

}  // namespace mailrail
