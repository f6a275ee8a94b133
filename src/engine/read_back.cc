#include "engine/read_back.h"

#include <set>
#include <utility>

namespace mailrail::engine {
namespace {

template <class Message>
Result<Sent> read_sent_of(std::string_view bytes, const Message& message) {
  const Sent sent = TRY(decode_sent(bytes));
  if (sent.queue != message.origin_queue || sent.seq != message.origin_seq)
    return fail(errors::corrupt, "another message than the one that was to be read");
  return sent;
}

}  // namespace

Result<Sent> read_sent(std::string_view bytes, const ReceivedMessage& message) {
  return read_sent_of(bytes, message);
}

Result<Sent> read_sent(std::string_view bytes, const OldBody& message) {
  return read_sent_of(bytes, message);
}

std::vector<bool> left_out(std::span<const ReceivedMessage> messages, std::vector<bool> damaged) {
  std::vector<bool> out = std::move(damaged);
  std::set<Index> stopped;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Index conversation = messages[i].conversation;
    if (conversation == no_index) continue;
    if (out[i]) stopped.insert(conversation);
    out[i] = stopped.contains(conversation);
  }
  return out;
}

}  // namespace mailrail::engine
