// Command: what a simulated client asks for. Reply: what it will be told.
//
// Plain data, so that a command can be made from a random number, run against the engine and judged
// against the ledger without any of the three knowing the others.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "engine/engine.h"

namespace mailrail::sim {

enum class Action : std::uint8_t {
  create_queue,
  change_queue,
  delete_queue,
  purge_queue,
  count,  // A read: how many messages the queue has in which state.
  send,
  receive,
  delete_message,
  change_visibility,
  start_move_task,
  cancel_move_task,
  redrive_messages,
  retry_conversation,
  skip_conversation,
  drop_conversation,
  create_topic,
  delete_topic,
  subscribe,  // The queue or endpoint, of which a topic has one subscription at most.
  change_subscription,
  unsubscribe,
  publish,
  confirm,    // What an endpoint has to do with the token that it was sent.
  give_back,  // The server's own: the answer to a receive found its client gone.
  take,       // Its own, too: what is delivered to an endpoint, and what then becomes of it.
  settle,
};

// A message for a topic, or an entry of a batch. Texts differ from each other.
struct Publication {
  std::string text = {};
  std::string encoded = {};  // As SNS keeps it, where endpoints are to be sent it; empty: the text.
  std::string kind = {};     // An attribute that filters look at; empty: none.
  std::string group = {};
  std::string deduplication_id = {};

  const std::string& record() const { return encoded.empty() ? text : encoded; }
};

inline bool is_about_topic(Action action) {
  return action >= Action::create_topic && action <= Action::confirm;
}

struct Command {
  std::uint64_t number = 0;  // From 1; also the id of its call.
  Action action = Action::count;
  engine::QueueName queue = {};

  engine::QueueAttributes attributes = {};       // create_queue, change_queue
  std::map<std::string, std::string> tags = {};  // create_queue: its bounds

  std::string body = {};   // send
  std::string group = {};  // send, and what is done with a conversation
  std::string deduplication_id = {};
  std::optional<Duration> delay = {};

  std::size_t count_max = 1;  // receive
  std::optional<Duration> visibility_timeout = {};
  Duration wait{0};
  std::string attempt = {};

  engine::ReceiptHandle handle = {};  // delete_message, change_visibility, give_back
  Duration timeout{0};                // change_visibility

  std::optional<engine::QueueName> destination = {};  // start_move_task, redrive_messages
  std::uint32_t rate = 0;
  engine::MovePace pace = engine::MovePace::steady;
  std::vector<Seq> chosen = {};                      // redrive_messages
  engine::SkipTo skip_to = engine::SkipTo::nowhere;  // skip_conversation
  // drop_conversation: what was there then, a message at a time, so that much can happen on the
  // way.
  std::optional<engine::DropRequest> drop = {};

  engine::TopicName topic = {};                      // What is about topics.
  engine::TopicAttributes topic_attributes = {};     // create_topic
  engine::SubscriptionAttributes subscription = {};  // subscribe, change_subscription
  std::vector<Publication> publications = {};        // publish
  std::string endpoint = {};  // subscribe and the like: this one, and not the queue.
  std::string token = {};     // confirm

  SubscriptionId pushed = {};      // take
  std::optional<int> status = {};  // settle: what was answered; nothing: its time was over before.
};

inline bool is_same(const engine::QueueCounts& one, const engine::QueueCounts& two) {
  return one.visible == two.visible && one.in_flight == two.in_flight &&
         one.delayed == two.delayed && one.parked == two.parked &&
         one.parked_conversations == two.parked_conversations;
}

enum class Outcome : std::uint8_t {
  done,
  no_such_queue,
  queue_exists,
  wrong_queue,
  refused,
  queue_is_full,
  too_soon,
  no_such_task,
  no_such_topic,
  topic_exists,
  no_such_subscription,
  subscription_exists,
};

struct Reply {
  Outcome outcome = Outcome::done;
  QueueId queue = {};
  engine::SendResult sent = {};
  engine::ReceiveResult received = {};
  engine::DeleteResult deleted = engine::DeleteResult::done;
  engine::VisibilityResult changed = engine::VisibilityResult::done;
  engine::QueueCounts counts = {};
  engine::MoveTaskVerdict task = engine::MoveTaskVerdict::started;  // Also of a redrive of some.
  std::vector<engine::RedriveResult> redriven = {};
  engine::ParkedResult settled = engine::ParkedResult::done;  // Of a retry or a skip.
  engine::DropResult dropped = {};
  TopicId topic = {};
  SubscriptionId subscription = {};
  std::vector<std::optional<Seq>> published = {};  // Nothing: refused at a limit.
};

}  // namespace mailrail::sim
