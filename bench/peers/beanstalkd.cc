// beanstalkd: `put`; `reserve-with-timeout 0` and `delete`, ten in one write.

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "bench/peers/dialogue.h"

namespace mailrail::bench::peers {

namespace {

constexpr int seconds_to_run = 120;  // As long as a reserved job is hidden.

std::string puts(std::size_t count, std::size_t body_bytes) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += fmt::format("put 0 0 {} {}\r\n{}\r\n", seconds_to_run, body_bytes,
                       std::string(body_bytes, 'x'));
  return out;
}

// The words of the first line, and where what is behind it begins; none if it is not here in whole.
struct Line {
  std::vector<std::string_view> words;
  std::size_t bytes = 0;
};

Line line_in(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n");
  if (end == std::string_view::npos) return {};
  Line line{.bytes = end + 2};
  for (std::size_t at = 0; at < end;) {
    const std::size_t space = std::min(bytes.find(' ', at), end);
    line.words.push_back(bytes.substr(at, space - at));
    at = space + 1;
  }
  if (line.words.empty()) line.words.emplace_back();
  return line;
}

std::string refusal(std::string_view word) { return fmt::format("beanstalkd answered {}", word); }

class Puts final : public CountedAnswers {
 public:
  Puts(std::size_t count, std::size_t body_bytes)
      : count_(count), request_(puts(count, body_bytes)) {}

  std::string_view request() override {
    expect(count_);
    return request_;
  }

 private:
  std::size_t hear_one(std::string_view rest, Heard& heard) override {
    const Line line = line_in(rest);
    if (line.bytes == 0) return 0;
    if (line.words[0] == "INSERTED") {
      ++heard.messages;
    } else {
      heard.error = refusal(line.words[0]);
    }
    return line.bytes;
  }

  const std::size_t count_;
  const std::string request_;
};

class Reserves final : public CountedAnswers {
 public:
  Reserves() {
    for (std::size_t i = 0; i < batch_size; ++i) reserves_ += "reserve-with-timeout 0\r\n";
  }

  std::string_view request() override {
    is_deleting_ = !jobs_.empty();
    expect(is_deleting_ ? jobs_.size() : batch_size);
    if (!is_deleting_) return reserves_;
    deletes_.clear();
    for (const std::string& each : jobs_) deletes_ += fmt::format("delete {}\r\n", each);
    jobs_.clear();
    return deletes_;
  }

 private:
  std::size_t hear_one(std::string_view rest, Heard& heard) override {
    return is_deleting_ ? hear_deleted(rest, heard) : hear_job(rest, heard);
  }

  // RESERVED, a job's number and its bytes, and then those; or TIMED_OUT where nothing waits.
  std::size_t hear_job(std::string_view rest, Heard& heard) {
    const Line line = line_in(rest);
    if (line.bytes == 0 || line.words[0] == "TIMED_OUT") return line.bytes;
    if (line.words[0] != "RESERVED" || line.words.size() != 3) {
      heard.error = refusal(line.words[0]);
      return line.bytes;
    }
    std::size_t size = 0;
    std::from_chars(line.words[2].data(), line.words[2].data() + line.words[2].size(), size);
    if (rest.size() < line.bytes + size + 2) return 0;
    jobs_.emplace_back(line.words[1]);
    ++heard.messages;
    return line.bytes + size + 2;
  }

  static std::size_t hear_deleted(std::string_view rest, Heard& heard) {
    const Line line = line_in(rest);
    if (line.bytes != 0 && line.words[0] != "DELETED") heard.error = refusal(line.words[0]);
    return line.bytes;
  }

  std::string reserves_;
  std::string deletes_;
  std::vector<std::string> jobs_;  // Reserved, and not yet deleted.
  bool is_deleting_ = false;
};

}  // namespace

std::unique_ptr<Dialogue> beanstalkd_dialogue(Work work, std::size_t body_bytes) {
  if (work == Work::receive_delete) return std::make_unique<Reserves>();
  return std::make_unique<Puts>(work == Work::send ? 1 : batch_size, body_bytes);
}

}  // namespace mailrail::bench::peers
