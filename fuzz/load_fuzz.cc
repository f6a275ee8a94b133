// Arbitrary bytes as what a load generator reads: replies of a server that may be anything, their
// bodies, and a file of conversations. However replies are cut, they are the same; of a file every
// line is said once, each conversation in its order.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "load/reply.h"
#include "load/script.h"

namespace mailrail::load {
namespace {

struct Came {
  int status = 0;
  std::string body;
  bool ends_connection = false;

  bool operator==(const Came&) const = default;
};

struct Read {
  std::vector<Came> replies = {};
  std::string problem = {};

  bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, std::size_t step) {
  ReplyReader reader;
  Read read;
  while (!bytes.empty()) {
    reader.add(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (const auto reply = reader.reply()) {
      read.replies.push_back({.status = reply->status,
                              .body = std::string(reply->body),
                              .ends_connection = reply->ends_connection});
      reader.take();
    }
  }
  read.problem = reader.problem();
  return read;
}

void parse(std::string_view body) {
  ReplyParser parser;
  if (const auto messages = parser.messages(body)) {
    // Each has its quotes and names in the body, so views that reach beyond it would be longer.
    std::size_t bytes = 0;
    for (const ReceivedMessage& each : *messages)
      bytes += std::string(each.body).size() + std::string(each.receipt_handle).size();
    CHECK(bytes <= body.size());
  }
  if (const auto failed = parser.failed(body)) CHECK(failed->size() <= body.size());
}

void say(std::string_view lines) {
  constexpr std::uint32_t parts = 3;
  auto script = Script::conversations(lines);
  if (!script) {
    CHECK(!script.error().message.empty());
    return;
  }
  script->deal(parts);
  std::uint64_t said = 0;
  std::map<std::uint32_t, std::uint64_t> last;  // Turn of a conversation.
  for (std::uint32_t number = 0; number < parts; ++number) {
    for (std::uint64_t k = 0; const auto item = script->item({.number = number, .of = parts}, k);
         ++k) {
      ++said;
      CHECK(item->group < script->groups() && !script->group_name(item->group).empty());
      CHECK(!script->text(*item).empty());
      const auto [before, is_first] = last.try_emplace(item->group, item->turn);
      CHECK(is_first || before->second < item->turn);
      before->second = item->turn;
    }
  }
  CHECK(said == script->message_count());
}

}  // namespace
}  // namespace mailrail::load

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail::load;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Read whole = read(bytes, size);

  CHECK(whole == read(bytes, 1));
  CHECK(whole == read(bytes, data[0] % 61u + 2));
  parse(bytes);
  say(bytes);
  return 0;
}
