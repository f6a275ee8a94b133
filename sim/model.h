// Model: a queue service in its plainest form, which says what each command may be answered.
//
// It sees what a client sees, commands and answers, and never a fact. Vectors that are searched
// from end to end; no index, no timer, and nothing derived that could be out of date. Where a
// server may choose (which messages of a standard queue, which conversation first) it checks the
// choice and goes on from it; everywhere else there is one right answer.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "engine/engine.h"
#include "sim/command.h"
#include "sim/complaint.h"

namespace mailrail::sim {

// How a message came: from its sender or, by a topic, as its subscription wants it.
enum class Way : std::uint8_t { sent, raw, enveloped };

// A message as its receiver sees it. One that came by a topic has in its body for whom it was.
struct ShownMessage {
  std::string body;
  std::string message_id;
  std::string sequence_number;  // FIFO; else empty.
  engine::ReceiptHandle handle;
  Instant sent;
  Instant first_received;
  std::uint32_t receive_count = 0;
  std::string source;  // If it is a dead letter.
  Way way = Way::sent;
  bool is_grouped = false;
};

// What the publisher is told.
struct ShownPublication {
  std::string message_id;
  std::string sequence_number;  // FIFO; else empty.
};

// A message that a move task moved.
struct Redrive {
  engine::QueueName from;
  engine::QueueName to;
  std::string body;
};

// A message that a client chose to be redriven, and what it was told.
struct ChosenMessage {
  std::string body = {};  // Empty: the queue does not have it.
  engine::RedriveVerdict verdict = engine::RedriveVerdict::moved;
  std::optional<engine::QueueName> to = {};
};

// A move task that came to its end by itself.
struct EndedTask {
  engine::QueueName queue;
  engine::MoveTaskStatus status;
  engine::MoveTaskFailure failure;
};

// A move task as ListMessageMoveTasks shows it.
struct ShownTask {
  std::string queue;
  Instant started;
  std::optional<engine::QueueName> destination = {};
  std::uint32_t rate = 0;
  engine::MovePace pace = engine::MovePace::steady;
  std::uint64_t to_move = 0;
  std::uint64_t moved = 0;
  engine::MoveTaskStatus status = engine::MoveTaskStatus::running;
  engine::MoveTaskFailure failure = engine::MoveTaskFailure::none;

  bool operator==(const ShownTask&) const = default;
};

struct Answer {
  // What move tasks did since the command before. No client sees a message go, but which of several
  // goes first is the server's choice, and when, within bounds.
  std::vector<Redrive> redriven = {};
  std::vector<EndedTask> ended = {};
  std::vector<ShownTask> tasks = {};  // Of all queues, after the command.

  Outcome outcome = Outcome::done;
  std::string message_id = {};  // send
  std::string sequence_number = {};
  std::vector<ShownMessage> messages = {};  // receive
  // The dead letters that the receive moved on its way, by body, in order. No client sees them go,
  // but which of several go is the server's choice.
  std::vector<std::string> dead_letters = {};
  std::vector<std::string> parked = {};  // Likewise, the conversations that it parked.
  // Likewise, messages that it found damaged because another that shares the body was.
  std::vector<std::string> damaged = {};
  engine::DeleteResult deleted = engine::DeleteResult::done;
  engine::VisibilityResult changed = engine::VisibilityResult::done;
  engine::QueueCounts counts = {};
  engine::ParkedResult settled = engine::ParkedResult::done;  // A retry or a skip.
  bool was_parked = false;                                    // A drop.
  engine::MoveTaskVerdict task = engine::MoveTaskVerdict::started;
  std::vector<ChosenMessage> chosen = {};
  std::vector<ShownPublication> published = {};
};

// What a receiver sees of a publication that was for this queue.
std::string body_for(const std::string& queue, std::string_view text, std::string_view group);

class Model {
 public:
  explicit Model(engine::Strictness strictness = engine::Strictness::lenient)
      : strictness_(strictness) {}

  // The command was given this answer. Bodies of sends must differ from each other. Unless it is a
  // receive, expired messages must have been removed before.
  Complaint check(const Command& command, const Answer& answer, Instant now);

  // The server has looked everywhere for messages that are too old. Before that they are given to
  // nobody but may still be held.
  void remove_expired(Instant now);

  // The server has found that the message's bytes are damaged.
  void damaged(const engine::QueueName& queue, const std::string& body);
  // Likewise, that what was published is damaged, whoever has it.
  void damaged(const std::string& publication);

  // Whose turn it is, is not kept.
  void restarted();

  // When something ends that is going on: sorted, each once, all after `now`.
  std::vector<Instant> boundaries(Instant now) const;

 private:
  struct Message {
    std::uint64_t stay;  // Its time in this queue: another one for a dead letter.
    std::string body;
    std::string group;
    std::string message_id = {};  // Both empty until they are known.
    std::string sequence_number = {};
    Instant sent;
    Duration delay{0};
    std::uint32_t receive_count = 0;
    std::uint32_t forgiven = 0;  // Of these.
    Instant first_received = {};
    Instant received = {};
    std::optional<Instant> hidden_until = {};
    engine::ReceiptHandle handle = {};
    std::string source = {};
    bool is_damaged = false;
    std::string publication = {};  // Its text, if it came by a topic.
    Way way = Way::sent;
    bool is_body_damaged = false;  // Nobody has come upon the message since then.
    bool has_waited = false;       // A task may have passed it by,
    bool was_stopped = false;      // and does not wait for it.
  };
  struct Task {
    ShownTask shown;
    std::uint64_t last_stay;  // What came to the queue later is none of its business.
    std::vector<Instant> moves = {};
    std::optional<Instant> idle_since = {};  // It came by, could have done something, and did not.
  };
  struct Accepted {  // A deduplication id and what it was first used for.
    std::string scope;
    std::string id;
    Instant at;
    std::string message_id;  // Both empty until they are known: it came by a topic.
    std::string sequence_number;
    std::uint64_t stay = 0;  // Of the message.
  };
  struct Subscription {
    engine::QueueName queue;
    engine::SubscriptionAttributes attributes;
  };
  struct Topic {
    engine::TopicName name;
    engine::TopicAttributes attributes;
    std::vector<Subscription> subscriptions = {};
    std::vector<Accepted> accepted = {};
  };
  struct Given {
    std::string body;
    engine::ReceiptHandle handle;
    Instant hidden_until;
  };
  struct Attempt {
    std::string name;
    Instant at;
    std::vector<Given> given;
  };
  struct Queue {
    engine::QueueName name;
    engine::QueueAttributes attributes;
    std::vector<Message> messages = {};  // In the order in which they came.
    std::vector<Accepted> accepted = {};
    std::vector<Attempt> attempts = {};
    std::vector<std::pair<engine::ReceiptHandle, std::uint64_t>> told = {};  // With the stay.
    std::vector<std::string> parked = {};                                    // Conversations.
    // Conversations that were served while the second of each pair had to wait.
    std::vector<std::pair<std::string, std::string>> passed_over = {};
    std::optional<Instant> purged = {};
    std::vector<Task> tasks = {};  // The newest last.
  };

  // As AWS documents it; written down here once more on purpose.
  static constexpr Duration attempt_interval = 5min;

  Complaint carried_out(const Command& command, const Answer& answer, Instant now);
  Complaint create(const Command& command, const Answer& answer, Instant now);
  Complaint purge(Queue& queue, const Answer& answer, Instant now);
  bool must_wait(const std::optional<Instant>& since, Instant now) const;
  Complaint send(Queue& queue, const Command& command, const Answer& answer, Instant now);
  Complaint answer_duplicate(Queue& queue, Accepted& original, const Answer& answer);
  Complaint about_topic(const Command& command, const Answer& answer, Instant now);
  static Complaint about_subscription(Topic& topic, const Command& command, const Answer& answer);
  Complaint publish(Topic& topic,
                    const Publication& publication,
                    const ShownPublication& told,
                    Instant now);
  void deliver(const Topic& topic,
               const Subscription& subscription,
               const Publication& publication,
               Instant now);
  Complaint check_damaged(Queue& queue, const Command& command, const Answer& answer, Instant now);
  static bool is_found_damaged(const Queue& queue, const Message& message, Instant now);
  Complaint receive(Queue& queue, const Command& command, const Answer& answer, Instant now);
  Complaint receive_again(
      Queue& queue, const Command& command, const Answer& answer, Attempt& attempt, Instant now);
  void remember(Queue& queue, const Command& command, const Answer& answer, Instant now);
  Complaint use_handle(Queue& queue, const Command& command, const Answer& answer, Instant now);
  Complaint settle(Queue& queue, const Command& command, const Answer& answer, Instant now);
  Complaint drop(Queue& queue, const Command& command, const Answer& answer);
  Complaint check_parked(Queue& queue, const Command& command, const Answer& answer, Instant now);
  Complaint count(const Queue& queue, const Answer& answer, Instant now) const;

  Complaint check_choice(const Queue& queue,
                         const Command& command,
                         const Answer& answer,
                         Instant now);
  Complaint check_order(Queue& queue, const Command& command, const Answer& answer, Instant now);
  Complaint check_turns(Queue& queue, const Answer& answer, Instant now);
  Complaint give(Queue& queue, const Command& command, const ShownMessage& shown, Instant now);
  void move_dead_letter(Queue& queue, const std::string& body, Instant now);

  bool is_dead_letter_queue(const Queue& queue) const;
  std::optional<engine::MoveTaskVerdict> refusal_of_move(const Queue& queue,
                                                         const Command& command);
  Complaint redrive_chosen(Queue& queue, const Command& command, const Answer& answer, Instant now);
  engine::RedriveVerdict verdict_on(const Queue& queue,
                                    const Message& message,
                                    const std::optional<engine::QueueName>& destination,
                                    Instant now);
  void send_anew(Queue& from, std::vector<Message>::iterator message, Queue& to, Instant now);
  Complaint start(Queue& queue, const Command& command, const Answer& answer, Instant now);
  static Complaint cancel(Queue& queue, const Answer& answer);
  Complaint check_tasks(const Answer& answer, Instant now);
  Complaint redrive(const Redrive& redriven, Instant now);
  Complaint end(const EndedTask& ended, Instant now);
  Complaint check_list(const Answer& answer) const;
  void note_waiting(Instant now);
  Queue* destination_of(const Queue& queue,
                        const std::optional<engine::QueueName>& destination,
                        const Message& message);

  static bool is_hidden(const Message& message, Instant now);
  static bool is_delayed(const Queue& queue, const Message& message, Instant now);
  static bool is_expired(const Queue& queue, const Message& message, Instant now);
  static bool is_open(const Queue& queue, const Message& message, Instant now);
  static std::vector<const Message*> open_in(const Queue& queue,
                                             const std::string& group,
                                             Instant now);
  static Task* running(Queue& queue);
  static bool is_movable(const Queue& queue, const Task& task, const Message& message, Instant now);
  static bool is_stopped(const Queue& queue, const Message& message);
  static bool is_left(const Queue& queue, const Task& task, const Message& message, Instant now);
  static bool goes_on(Queue& queue, Instant now);
  static Instant next_move(const Task& task);
  static void forget_turns(Queue& queue, Instant now);
  static bool is_spent(const Queue& queue, const Message& message);
  static bool parks(const Queue& queue);
  static bool is_parked(const Queue& queue, const std::string& group);
  // A conversation that a receive would park.
  static bool is_poisoned(const Queue& queue, const std::string& group, Instant now);
  static void forget_emptied(Queue& queue);
  static bool is_in_sequence(const Queue& queue);
  bool has_dead_letters(const Queue& queue);
  bool is_dead_letter(const Queue& queue, const Message& message);
  static Attempt* held_attempt(Queue& queue, const std::string& name, Instant now);
  Queue* find(const engine::QueueName& name);

  engine::Strictness strictness_;
  std::vector<Queue> queues_;
  std::vector<Topic> topics_;
  std::vector<std::pair<engine::QueueName, Instant>> deleted_;  // The newest last.
  std::uint64_t stays_ = 0;
  std::vector<std::string> message_ids_;
  std::string newest_sequence_number_;
};

}  // namespace mailrail::sim
