// Which attributes a receive asks for: any selectors and any names, beside a matcher that is
// obviously right.
//
// The first byte says by which protocol (odd: AWS Query), and by its second bit that the message
// has lost its group, as one of a FIFO topic has in a standard queue. Then a line for each name:
// `+` a message attribute that the message has, `?` an element of MessageAttributeNames, `a` one of
// AttributeNames, `s` one of MessageSystemAttributeNames.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "engine/fact_codec.h"
#include "sqs/message_attributes.h"
#include "sqs/message_record.h"
#include "sqs/receive.h"

namespace mailrail::sqs {
namespace {

// A message that has every system attribute, if it has its group: a dead letter of a FIFO queue,
// traced.
const std::set<std::string> system_attributes = {"SenderId",
                                                 "SentTimestamp",
                                                 "ApproximateReceiveCount",
                                                 "ApproximateFirstReceiveTimestamp",
                                                 "SequenceNumber",
                                                 "MessageDeduplicationId",
                                                 "MessageGroupId",
                                                 "AWSTraceHeader",
                                                 "DeadLetterQueueSourceArn"};

struct Input {
  api::Context context;
  ReceiveMessageInput asked{.queue_url = "q.fifo"};
  MessageAttributes attributes;
  bool is_grouped = true;
};

Input read(std::string_view text) {
  Input input;
  if (text.empty()) return input;
  input.context.is_query = text.front() % 2 != 0;
  input.is_grouped = (text.front() & 2) == 0;
  text.remove_prefix(1);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    const std::string name(line.substr(1));
    if (line.front() == '+') {
      input.attributes[name] = {.string_value = "value of " + name, .data_type = "String"};
    }
    if (line.front() == '?') input.asked.message_attribute_names.push_back(name);
    if (line.front() == 'a') input.asked.attribute_names.push_back(name);
    if (line.front() == 's') input.asked.message_system_attribute_names.push_back(name);
  }
  return input;
}

// Character by character: `prefix.*` takes what is left of a name once the prefix is used up.
bool asks_for(const std::string& selector, const std::string& name) {
  if (selector == "All" || selector == "*") return true;
  std::size_t same = 0;
  while (same < name.size() && same < selector.size() && name[same] == selector[same]) ++same;
  const bool is_equal = same == name.size() && same == selector.size();
  const bool is_prefix = selector.size() >= 2 && selector[selector.size() - 1] == '*' &&
                         selector[selector.size() - 2] == '.';
  return is_equal || (is_prefix && same + 2 >= selector.size());
}

bool is_asked(const std::vector<std::string>& selectors, const std::string& name) {
  for (const std::string& each : selectors) {
    if (asks_for(each, name)) return true;
  }
  return false;
}

bool names_it(const std::vector<std::string>& names, const std::string& name) {
  for (const std::string& each : names) {
    if (each == name || each == "All") return true;
  }
  return false;
}

// The older list wins in AWS Query; in AWS JSON either will do.
bool is_system_attribute_asked(const Input& input, const std::string& name) {
  const bool is_in_older = names_it(input.asked.attribute_names, name);
  if (input.context.is_query && !input.asked.attribute_names.empty()) return is_in_older;
  return is_in_older || names_it(input.asked.message_system_attribute_names, name);
}

Message received(const Input& input, const ReceiveMessage::Prepared& prepared) {
  const std::string record = encode_record({.body = "hello",
                                            .attributes = input.attributes,
                                            .sender_id = "AKID",
                                            .trace_header = "Root=1"});
  std::string bytes;
  engine::encode_fact(engine::Sent{.queue = QueueId(1),
                                   .seq = Seq(2),
                                   .group = "g",
                                   .deduplication_id = "d",
                                   .record = record},
                      bytes);
  const engine::ReceivedMessage message{
      .queue = QueueId(3),
      .seq = Seq(4),
      .receive_count = 1,
      .origin_queue = QueueId(1),
      .origin_seq = Seq(2),
      .dead_letter_source = engine::QueueName{.region = "r", .account = "1", .name = "from.fifo"},
      .is_grouped = input.is_grouped};
  const ReceiveMessage::Decided decided{
      .messages = {message}, .bodies = {message.body}, .type = engine::QueueType::fifo};
  const api::Bodies bodies(decided.bodies, {nullptr}, {bytes});
  const auto output = ReceiveMessage::finish(decided, prepared, input.context, bodies);
  CHECK(output && output->messages.size() == 1);
  return output->messages.front();
}

void run(std::string_view text) {
  static const engine::Identity identity(std::array<char, 32>{7});
  Input input = read(text);
  input.context.identity = &identity;
  const ReceiveMessage::Prepared prepared = ReceiveMessage::prepare(input.asked, input.context);
  if (prepared.error) return;
  const Message message = received(input, prepared);

  MessageAttributes expected;
  for (const auto& [name, value] : input.attributes) {
    if (is_asked(input.asked.message_attribute_names, name)) expected[name] = value;
  }
  CHECK(message.message_attributes == expected);
  CHECK(message.md5_of_message_attributes == md5_of(expected));
  for (const std::string& each : system_attributes) {
    const bool is_there = each != "MessageGroupId" || input.is_grouped;
    CHECK(message.attributes.contains(each) ==
          (is_there && is_system_attribute_asked(input, each)));
  }
  for (const auto& [name, value] : message.attributes)
    CHECK(system_attributes.contains(name) && !value.empty());
}

}  // namespace
}  // namespace mailrail::sqs

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::sqs::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
