// Looking without touching: messages in the order in which they came, conversations by their first
// messages.

#include <algorithm>

#include "base/check.h"
#include "engine/engine.h"

namespace mailrail::engine {

InspectedMessage Engine::inspected(const Queue& queue, Index index) const {
  const Entry& entry = store_.entries[index];
  InspectedMessage inspected{.message = shown(queue, index),
                             .state = contents_of(queue).state_of(index),
                             .group = std::string(store_.groups[entry.group].name_view())};
  if (inspected.message.receive_count > 0) inspected.receiver = receivers_.find(entry.seq);
  if (inspected.state == MessageState::in_flight) inspected.until = delivery_of(entry)->until;
  if (inspected.state == MessageState::delayed) {
    const Duration own = std::chrono::seconds(entry.delay_seconds);
    inspected.until = entry.sent + (queue.attributes.is_fifo ? queue.attributes.delay : own);
  }
  return inspected;
}

Inspected Engine::inspect(Instant now, const InspectRequest& request) const {
  const Queue& queue = queue_at(request.queue);
  const Contents& contents = contents_of(queue);
  Index group = no_index;
  if (request.group) {
    group = store_.groups.find(queue.contents, *request.group);
    if (group == no_index) return {};
  }
  const Index linked = queue.attributes.is_fifo ? group : no_index;
  Inspected inspected;
  Seq seen = request.after;
  std::size_t looks = 0;
  for (Index each = contents.first_behind(request.after, linked); each != no_index;
       each = contents.following(each, linked)) {
    const Entry& entry = store_.entries[each];
    const bool is_wanted = (group == no_index || entry.group == group) &&
                           (!request.state || contents.state_of(each) == *request.state) &&
                           !is_expired(queue, entry, now);
    const std::size_t length = is_wanted ? store_.body_of(entry).length : 0;
    const bool is_too_long =
        !inspected.messages.empty() && inspected.body_bytes + length > request.bytes_max;
    if (looks++ == request.looks_max || inspected.messages.size() == request.count_max ||
        is_too_long) {
      inspected.next = seen;
      break;
    }
    seen = entry.seq;
    if (!is_wanted) continue;
    inspected.messages.push_back(this->inspected(queue, each));
    inspected.body_bytes += length;
  }
  return inspected;
}

std::optional<InspectedMessage> Engine::find_message(QueueId id, Seq seq) const {
  const Queue& queue = queue_at(id);
  const Index entry = find_entry(queue, seq);
  if (entry == no_index) return std::nullopt;
  return inspected(queue, entry);
}

InspectedConversation Engine::conversation(const Queue& queue, Index number) const {
  const Group& group = store_.groups[number];
  InspectedConversation found{.group = std::string(group.name_view()),
                              .message_count = group.size,
                              .in_flight = group.in_flight,
                              .head = inspected(queue, group.head)};
  if (group.is_parked) {
    found.state = ConversationState::parked;
    found.since = find_place(queue, found.group)->since;
  } else if (group.is_blocked) {
    found.state = ConversationState::blocked;
    const ReceivedMessage& head = found.head.message;
    if (head.receive_count > 0) found.since = std::max(head.sent, head.first_received);
  } else if (found.head.state == MessageState::in_flight) {
    found.state = ConversationState::in_flight;
  }
  return found;
}

namespace {

// Of a queue's conversations so many are in that state at most.
std::uint64_t conversations_max(const Contents& contents, ConversationState state) {
  switch (state) {
    case ConversationState::waiting:
      return contents.size();
    case ConversationState::in_flight:
      return contents.groups_in_flight();
    case ConversationState::blocked:
      return contents.groups_blocked();
    case ConversationState::parked:
      return contents.parked().size();
  }
  CHECK(false);
}

}  // namespace

// Every conversation has one first message, so going through the messages meets each once. A
// million that wait are not gone through for blocked ones that there are not.
InspectedConversations Engine::conversations(const ConversationsRequest& request) const {
  const Queue& queue = queue_at(request.queue);
  CHECK(queue.attributes.is_fifo);
  const Contents& contents = contents_of(queue);
  InspectedConversations page;
  std::uint64_t left =
      request.state ? conversations_max(contents, *request.state) : contents.size();
  if (left == 0) return page;
  Seq seen = request.after;
  std::size_t looks = 0;
  for (Index each = contents.first_from(request.after + 1); each != no_index;
       each = contents.first_from(seen + 1)) {
    if (looks++ == request.looks_max || page.conversations.size() == request.count_max) {
      page.next = seen;
      break;
    }
    const Entry& entry = store_.entries[each];
    seen = entry.seq;
    if (store_.groups[entry.group].head != each) continue;
    InspectedConversation found = conversation(queue, entry.group);
    if (request.state && found.state != *request.state) continue;
    page.conversations.push_back(std::move(found));
    if (--left == 0) break;  // Those before `after` are among them: it may be later, never sooner.
  }
  return page;
}

std::optional<InspectedConversation> Engine::find_conversation(QueueId id,
                                                               std::string_view name) const {
  const Queue& queue = queue_at(id);
  CHECK(queue.attributes.is_fifo);
  const Index group = store_.groups.find(queue.contents, name);
  if (group == no_index) return std::nullopt;
  return conversation(queue, group);
}

}  // namespace mailrail::engine
