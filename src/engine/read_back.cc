#include "engine/read_back.h"

#include <set>
#include <utility>

namespace mailrail::engine {
namespace {

// By where the message was first sent; or, of a shared body, what was published.
Result<Sent> read_sent_of(std::string_view bytes, QueueId queue, Seq seq) {
  const Sent sent = TRY(decode_sent(bytes));
  if (sent.queue != queue || sent.seq != seq)
    return fail(errors::corrupt, "another message than the one that was to be read");
  return sent;
}

}  // namespace

Result<Sent> read_sent(std::string_view bytes, const ReceivedMessage& message) {
  if (message.share) return read_sent_of(bytes, QueueId(), message.share->publication);
  return read_sent_of(bytes, message.origin_queue, message.origin_seq);
}

Result<Sent> read_sent(std::string_view bytes, const OldBody& message) {
  if (message.publication) return read_sent_of(bytes, QueueId(), *message.publication);
  return read_sent_of(bytes, message.origin_queue, message.origin_seq);
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
