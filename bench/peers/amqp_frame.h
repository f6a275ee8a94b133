// Frames of AMQP 0-9-1, as far as a producer and a consumer of one queue need them.
//
// A frame is a kind, a channel, a length, that many bytes, and an end mark. Those of a method begin
// with the numbers of its class and of itself; methods carry their arguments one behind the other,
// numbers with the high byte first.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailrail::bench::peers::amqp {

enum class Kind : std::uint8_t { method = 1, header = 2, body = 3, heartbeat = 8 };

// Class and method in one number.
enum class Method : std::uint32_t {
  connection_start = 10 << 16 | 10,
  connection_start_ok = 10 << 16 | 11,
  connection_tune = 10 << 16 | 30,
  connection_tune_ok = 10 << 16 | 31,
  connection_open = 10 << 16 | 40,
  connection_open_ok = 10 << 16 | 41,
  connection_close = 10 << 16 | 50,
  channel_open = 20 << 16 | 10,
  channel_open_ok = 20 << 16 | 11,
  channel_close = 20 << 16 | 40,
  queue_declare = 50 << 16 | 10,
  queue_declare_ok = 50 << 16 | 11,
  basic_qos = 60 << 16 | 10,
  basic_qos_ok = 60 << 16 | 11,
  basic_consume = 60 << 16 | 20,
  basic_consume_ok = 60 << 16 | 21,
  basic_publish = 60 << 16 | 40,
  basic_deliver = 60 << 16 | 60,
  basic_ack = 60 << 16 | 80,
  basic_nack = 60 << 16 | 120,
  confirm_select = 85 << 16 | 10,
  confirm_select_ok = 85 << 16 | 11,
};

struct Frame {
  Kind kind = Kind::heartbeat;
  std::string_view payload;
  std::size_t bytes = 0;

  Method method() const;               // Of a frame of that kind.
  std::string_view arguments() const;  // Behind the method's number.
};

// The first; none if it is not here in whole.
std::optional<Frame> frame_in(std::string_view bytes);

// Arguments, one behind the other.
class Arguments {
 public:
  Arguments& octet(std::uint8_t value);
  Arguments& number16(std::uint16_t value);
  Arguments& number32(std::uint32_t value);
  Arguments& number64(std::uint64_t value);
  Arguments& short_string(std::string_view text);
  Arguments& long_string(std::string_view text);
  Arguments& string_table(std::string_view key, std::string_view value);
  Arguments& empty_table();
  const std::string& bytes() const { return bytes_; }

 private:
  Arguments& number(std::uint64_t value, int byte_count);

  std::string bytes_;
};

std::string method_frame(std::uint16_t channel, Method method, const Arguments& arguments);
// A message of that body, to a queue: its method, its header, its body.
std::string publication(std::uint16_t channel, std::string_view queue, std::string_view body);

// What is left of `bytes` behind the first so many; nothing where fewer are there.
std::string_view behind(std::string_view bytes, std::size_t byte_count);
// High byte first, at the start of `bytes`; 0 where fewer are there.
std::uint64_t number_at(std::string_view bytes, std::size_t byte_count);

}  // namespace mailrail::bench::peers::amqp
