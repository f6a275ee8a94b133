// Clients: who asks the simulated server for what.
//
// Everything comes from small alphabets, so that few commands already meet each other: six queues,
// two topics, three conversations, a handful of
// deduplication ids, times around the boundaries of what the
// ledger knows. They use the handles that they were told, old ones too.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "sim/command.h"
#include "sim/endpoints.h"
#include "sim/ledger.h"

namespace mailrail::sim {

// What most of them are after in one run.
enum class Habit : std::uint8_t {
  mixed,
  redriving,  // Much dies, and is moved back.
  filling,  // Standard queues get long: tenants take their shares, receives move many dead letters.
};

// Do they publish, too? The seeds that failed once keep clients who do not.
enum class Topics : std::uint8_t { none, some };
// Are HTTP endpoints subscribed?
enum class Pushes : std::uint8_t { none, some };

class Clients {
 public:
  Clients(Random& random, Habit habit, Topics topics = Topics::none, Pushes pushes = Pushes::none)
      : random_(random), habit_(habit), topics_(topics), pushes_(pushes) {}

  Habit habit() const { return habit_; }
  Command next(const Ledger& ledger);
  // The next one belongs to the last, and is to be asked together with it.
  bool has_plan() const { return !planned_.empty(); }
  // How many they ask for at once.
  std::uint64_t together() { return 1 + random_.below(habit_ == Habit::filling ? 10 : 3); }
  // How long they do nothing.
  Duration pause(const Ledger& ledger, Instant now);
  // They have read an answer.
  void told(const Command& command, const Reply& reply);
  // An endpoint has it, and what it does with it is a matter of time.
  void told(Token token) { tokens_.push_back(std::move(token)); }
  bool has_tokens() const { return !tokens_.empty(); }

  // Parts of next(), for whoever wants a certain one.
  Command command(Action action, const engine::QueueName& queue);
  static std::deque<engine::QueueName> queue_names();
  static std::deque<engine::TopicName> topic_names();

 private:
  using Handle = std::pair<engine::QueueName, engine::ReceiptHandle>;

  template <class Value>
  Value any_of(std::initializer_list<Value> values) {
    return values.begin()[random_.below(values.size())];
  }
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
  Command receive_and_fail();
  Command redrive(const Ledger& ledger);
  Command redrive_some(const Ledger& ledger);
  void let_first_go(const Command& command, const Reply& reply);
  void drop_before_held(const Ledger& ledger);
  Action any_action();
  engine::QueueName any_queue();
  std::map<std::string, std::string> tags(const Command& command) const;
  engine::QueueAttributes attributes(const engine::QueueName& queue);
  void fill_send(Command& command);
  void fill_receive(Command& command);
  void fill_handle(Command& command);
  void fill_move_task(Command& command);
  std::optional<engine::QueueName> any_destination(const engine::QueueName& source);
  // About a conversation that is parked, most of the time.
  Command about_conversation(const Ledger& ledger);
  Command about_topic(const Ledger& ledger);
  void fill_endpoint(Command& command);
  Command confirm();
  engine::QueueName any_subscriber(const engine::TopicName& topic);
  engine::SubscriptionAttributes subscription_attributes(const engine::TopicName& topic);
  std::vector<Publication> publications(const engine::TopicName& topic);

  Random& random_;
  Habit habit_;
  Topics topics_;
  Pushes pushes_;
  std::uint64_t commands_ = 0;
  std::uint64_t failing_ = 0;                     // Receives still to come in a row.
  std::deque<Command> planned_;                   // Come before all others.
  std::deque<Handle> handles_;                    // Newest first.
  std::deque<Token> tokens_;                      // Oldest first.
  std::optional<engine::QueueName> purged_ = {};  // The last queue that was to be purged.
};

}  // namespace mailrail::sim
