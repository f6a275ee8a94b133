#include "load/reply.h"

#include <algorithm>
#include <charconv>

#include "http/headers.h"

namespace mailrail::load {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t head_bytes_max = 64 << 10;
constexpr std::size_t body_bytes_max = 16 << 20;  // Ten messages have 10 MiB.

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::optional<Reply> ReplyReader::reply() {
  if (head_bytes_ == 0 && problem_.empty()) read_head();
  if (head_bytes_ == 0 || bytes_.size() < head_bytes_ + body_bytes_) return std::nullopt;
  return Reply{.status = status_,
               .body = std::string_view(bytes_).substr(head_bytes_, body_bytes_),
               .ends_connection = ends_connection_};
}

void ReplyReader::take() {
  bytes_.erase(0, head_bytes_ + body_bytes_);
  head_bytes_ = body_bytes_ = 0;
}

void ReplyReader::read_head() {
  const std::size_t end = bytes_.find(head_end);
  if (end > head_bytes_max && bytes_.size() >= head_bytes_max + head_end.size()) {
    problem_ = "a reply's head is longer than 64 KiB";
    return;
  }
  if (end == std::string::npos) return;
  std::string_view head = std::string_view(bytes_).substr(0, end);
  const std::string_view first = head.substr(0, head.find(line_end));
  const auto status = first.starts_with("HTTP/1.") && first.size() >= 12
                          ? number_in<int>(first.substr(9, 3))
                          : std::nullopt;
  if (!status) {
    problem_ = "what came is no HTTP/1.1 reply";
    return;
  }
  std::optional<std::size_t> length;
  ends_connection_ = false;
  while (head.find(line_end) != std::string_view::npos) {
    head.remove_prefix(head.find(line_end) + line_end.size());
    const std::string_view line = head.substr(0, head.find(line_end));
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(std::min(colon + 1, line.size())));
    if (http::equal_ignoring_case(name, "content-length")) length = number_in<std::size_t>(value);
    if (http::equal_ignoring_case(name, "connection"))
      ends_connection_ = http::equal_ignoring_case(value, "close");
  }
  if (!length) {
    problem_ = "a reply came without a Content-Length";
    return;
  }
  if (*length > body_bytes_max) {
    problem_ = "a reply's body is longer than 16 MiB";
    return;
  }
  status_ = *status;
  head_bytes_ = end + head_end.size();
  body_bytes_ = *length;
}

std::optional<std::vector<ReceivedMessage>> ReplyParser::messages(std::string_view body) {
  element document;
  if (parser_.parse(body.data(), body.size()).get(document) != simdjson::SUCCESS ||
      !document.is_object())
    return std::nullopt;
  std::vector<ReceivedMessage> received;
  array messages;
  if (document["Messages"].get(messages) != simdjson::SUCCESS) return received;
  for (const element each : messages) {
    ReceivedMessage message;
    if (each["Body"].get(message.body) != simdjson::SUCCESS ||
        each["ReceiptHandle"].get(message.receipt_handle) != simdjson::SUCCESS)
      return std::nullopt;
    received.push_back(message);
  }
  return received;
}

std::optional<std::vector<std::size_t>> ReplyParser::failed(std::string_view body) {
  element document;
  if (parser_.parse(body.data(), body.size()).get(document) != simdjson::SUCCESS ||
      !document.is_object())
    return std::nullopt;
  std::vector<std::size_t> failed;
  array entries;
  if (document["Failed"].get(entries) != simdjson::SUCCESS) return failed;
  for (const element each : entries) {
    std::string_view id;
    if (each["Id"].get(id) != simdjson::SUCCESS) return std::nullopt;
    const auto number = number_in<std::size_t>(id);
    if (!number) return std::nullopt;
    failed.push_back(*number);
  }
  return failed;
}

}  // namespace mailrail::load
