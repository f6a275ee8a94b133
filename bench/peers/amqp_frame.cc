#include "bench/peers/amqp_frame.h"

#include <algorithm>
#include <utility>

namespace mailrail::bench::peers::amqp {

namespace {

constexpr std::size_t head_bytes = 7;
constexpr char end_mark = '\xCE';
constexpr std::uint16_t basic_class = 60;
constexpr std::uint16_t has_delivery_mode = 0x1000;
constexpr std::uint8_t persistent = 2;

std::string frame(std::uint16_t channel, Kind kind, std::string_view payload) {
  Arguments out;
  out.octet(std::to_underlying(kind)).number16(channel).long_string(payload);
  return out.bytes() + end_mark;
}

}  // namespace

Method Frame::method() const { return static_cast<Method>(number_at(payload, 4)); }

std::string_view Frame::arguments() const { return behind(payload, 4); }

std::optional<Frame> frame_in(std::string_view bytes) {
  if (bytes.size() < head_bytes) return std::nullopt;
  const std::size_t size = number_at(bytes.substr(3), 4);
  if (bytes.size() < head_bytes + size + 1) return std::nullopt;
  return Frame{.kind = static_cast<Kind>(number_at(bytes, 1)),
               .payload = bytes.substr(head_bytes, size),
               .bytes = head_bytes + size + 1};
}

Arguments& Arguments::octet(std::uint8_t value) { return number(value, 1); }
Arguments& Arguments::number16(std::uint16_t value) { return number(value, 2); }
Arguments& Arguments::number32(std::uint32_t value) { return number(value, 4); }
Arguments& Arguments::number64(std::uint64_t value) { return number(value, 8); }

Arguments& Arguments::short_string(std::string_view text) {
  octet(static_cast<std::uint8_t>(text.size()));
  bytes_ += text;
  return *this;
}

Arguments& Arguments::long_string(std::string_view text) {
  number32(static_cast<std::uint32_t>(text.size()));
  bytes_ += text;
  return *this;
}

Arguments& Arguments::string_table(std::string_view key, std::string_view value) {
  Arguments table;
  table.short_string(key).octet('S').long_string(value);
  return long_string(table.bytes());
}

Arguments& Arguments::empty_table() { return number32(0); }

Arguments& Arguments::number(std::uint64_t value, int byte_count) {
  for (int shift = 8 * (byte_count - 1); shift >= 0; shift -= 8)
    bytes_ += static_cast<char>(value >> shift);
  return *this;
}

std::string method_frame(std::uint16_t channel, Method method, const Arguments& arguments) {
  Arguments payload;
  payload.number32(std::to_underlying(method));
  return frame(channel, Kind::method, payload.bytes() + arguments.bytes());
}

std::string publication(std::uint16_t channel, std::string_view queue, std::string_view body) {
  Arguments to_queue;
  to_queue.number16(0).short_string("").short_string(queue).octet(0);
  Arguments header;
  header.number16(basic_class).number16(0).number64(body.size());
  header.number16(has_delivery_mode).octet(persistent);
  return method_frame(channel, Method::basic_publish, to_queue) +
         frame(channel, Kind::header, header.bytes()) + frame(channel, Kind::body, body);
}

std::string_view behind(std::string_view bytes, std::size_t byte_count) {
  return bytes.substr(std::min(byte_count, bytes.size()));
}

std::uint64_t number_at(std::string_view bytes, std::size_t byte_count) {
  if (bytes.size() < byte_count) return 0;
  std::uint64_t value = 0;
  for (const char each : bytes.substr(0, byte_count))
    value = value << 8 | static_cast<std::uint8_t>(each);
  return value;
}

}  // namespace mailrail::bench::peers::amqp
