// Redis Streams: XADD; XREADGROUP of a consumer group, and XACK and XDEL in one write.

#include <charconv>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "bench/peers/dialogue.h"

namespace mailrail::bench::peers {

namespace {

std::string command(const std::vector<std::string_view>& words) {
  std::string out = fmt::format("*{}\r\n", words.size());
  for (const std::string_view each : words) out += fmt::format("${}\r\n{}\r\n", each.size(), each);
  return out;
}

std::string add(std::size_t body_bytes) {
  return command({"XADD", queue_name, "*", "body", std::string(body_bytes, 'x')});
}

std::string repeated(const std::string& request, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += request;
  return out;
}

// One value of RESP, laid flat.
struct Value {
  std::size_t bytes = 0;                  // 0: not here in whole.
  char kind = 0;                          // Of the outermost: '+', '-', ':', '$' or '*'.
  std::string_view line;                  // What stands behind it.
  std::vector<std::string_view> strings;  // All that are in it, in order.
};

Value value_in(std::string_view bytes) {
  Value value;
  std::size_t at = 0;
  for (std::int64_t expected = 1; expected > 0; --expected) {
    const std::size_t end = bytes.find("\r\n", at);
    if (end == std::string_view::npos) return {};
    const char kind = bytes[at];
    const std::string_view line = bytes.substr(at + 1, end - at - 1);
    if (value.kind == 0) {
      value.kind = kind;
      value.line = line;
    }
    at = end + 2;
    std::int64_t length = 0;
    std::from_chars(line.data(), line.data() + line.size(), length);
    if (kind == '*' && length > 0) expected += length;
    if (kind == '$' && length >= 0) {
      const auto size = static_cast<std::size_t>(length);
      if (bytes.size() < at + size + 2) return {};
      value.strings.push_back(bytes.substr(at, size));
      at += size + 2;
    }
  }
  value.bytes = at;
  return value;
}

std::string refusal(const Value& value) {
  return fmt::format("redis answered {}{}", value.kind, value.line);
}

class Adds final : public CountedAnswers {
 public:
  Adds(std::size_t count, std::size_t body_bytes)
      : count_(count), request_(repeated(add(body_bytes), count)) {}

  std::string_view request() override {
    expect(count_);
    return request_;
  }

 private:
  std::size_t hear_one(std::string_view rest, Heard& heard) override {
    const Value value = value_in(rest);
    if (value.bytes == 0) return 0;
    if (value.kind == '$' && value.strings.size() == 1) {
      ++heard.messages;
    } else {
      heard.error = refusal(value);
    }
    return value.bytes;
  }

  const std::size_t count_;
  const std::string request_;
};

class Reads final : public Dialogue {
 public:
  explicit Reads(std::size_t number)
      : read_(command({"XREADGROUP", "GROUP", queue_name, fmt::format("consumer-{}", number),
                       "COUNT", std::to_string(batch_size), "STREAMS", queue_name, ">"})) {}

  std::string_view request() override {
    if (ids_.empty()) return read_;
    std::vector<std::string_view> acknowledged = {"XACK", queue_name, queue_name};
    std::vector<std::string_view> ended = {"XDEL", queue_name};
    acknowledged.insert(acknowledged.end(), ids_.begin(), ids_.end());
    ended.insert(ended.end(), ids_.begin(), ids_.end());
    return deletes_ = command(acknowledged) + command(ended);
  }

  Heard hear(std::string_view received) override {
    return ids_.empty() ? hear_messages(received) : hear_deletions(received);
  }

 private:
  // [[queue, [[id, ["body", body]], ...]]], or a null array where nothing waits.
  Heard hear_messages(std::string_view received) {
    const Value value = value_in(received);
    if (value.bytes == 0) return {};
    Heard heard{.bytes = value.bytes, .state = State::whole};
    if (value.kind != '*') {
      heard.error = refusal(value);
      return heard;
    }
    for (std::size_t i = 1; i + 2 < value.strings.size(); i += 3)
      ids_.emplace_back(value.strings[i]);
    heard.messages = ids_.size();
    return heard;
  }

  Heard hear_deletions(std::string_view received) {
    const Value acknowledged = value_in(received);
    if (acknowledged.bytes == 0) return {};
    const Value ended = value_in(received.substr(acknowledged.bytes));
    if (ended.bytes == 0) return {};
    Heard heard{.bytes = acknowledged.bytes + ended.bytes, .state = State::whole};
    const std::string all = std::to_string(ids_.size());
    for (const Value& each : {acknowledged, ended})
      if (each.kind != ':' || each.line != all)
        heard.error = fmt::format("{} for {} messages", refusal(each), all);
    ids_.clear();
    return heard;
  }

  const std::string read_;
  std::string deletes_;
  std::vector<std::string> ids_;  // Received, and not yet ended.
};

}  // namespace

std::unique_ptr<Dialogue> redis_dialogue(Work work, std::size_t body_bytes, std::size_t number) {
  if (work == Work::receive_delete) return std::make_unique<Reads>(number);
  return std::make_unique<Adds>(work == Work::send ? 1 : batch_size, body_bytes);
}

}  // namespace mailrail::bench::peers
