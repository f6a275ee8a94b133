// ModelWorld: steps that a property makes up, carried out by the real engine and shown to the
// model.
//
// A step is a handful of small numbers, each an index into an alphabet whose simplest letter comes
// first, and never names anything that an earlier step made. So any step may be left out and any
// number made smaller, and what is left still runs: that is what shrinking does.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "engine/engine.h"
#include "sim/model.h"

namespace mailrail::sim {

struct Step {
  int pause = 0;     // How long nothing happens before it,
  int boundary = 0;  // perhaps until near the one that comes after this many others.
  int action = 0;
  int queue = 0;
  int group = 0;
  int deduplication_id = 0;
  int attempt = 0;
  int count_max = 0;
  int timeout = 0;
  int delay = 0;
  int handle = 0;  // Of those told, the newest first.
  int attributes = 0;
  int sweeps = 0;    // Before a receive: has the server looked for expired messages?
  int restarts = 0;  // Before it: does the server start again from its facts?
  int damages = 0;   // Before it: are a message's bytes found damaged?
  int topic = 0;     // Where there are topics: is it about one, and what is it then?
};

// The `action` of a step that takes this one.
int letter_of(Action action);

struct Script {
  int attributes = 0;  // Of the queues at the beginning.
  std::vector<Step> steps = {};
};

enum class Mix { standard, fifo, everything, topics };  // The last: everything, and two topics.

class ModelWorld {
 public:
  // What a test does to, or learns from, each answer before the model sees it.
  using Alters = std::function<void(const Command& command, Answer& answer)>;

  // With a queue of the kind and its dead-letter queue, or two and two.
  explicit ModelWorld(Mix mix,
                      Alters alters = {},
                      engine::Strictness strictness = engine::Strictness::lenient);

  // What is wrong with the engine's answers; empty if nothing is. Once.
  std::string play(const Script& script);

  // What happened so far, a line for each step.
  const std::vector<std::string>& story() const { return story_; }

 private:
  std::string take(const Step& step);
  // Does a server that starts from the facts know what this one knows?
  std::string restart();
  Duration pause_of(const Step& step) const;
  Command command_of(const Step& step);
  engine::QueueAttributes attributes_of(const Step& step, const engine::QueueName& queue) const;
  void name_conversation(const Step& step, Command& command) const;
  void name_task(const Step& step, Command& command) const;
  void choose(const Step& step, Command& command);
  std::vector<ChosenMessage> look_at_chosen(const Command& command) const;
  std::string make_queues(const Script& script);
  std::string make_topics(const Script& script);
  bool is_about_topic(const Step& step) const;
  Command topic_command_of(const Step& step);
  engine::SubscriptionAttributes subscription_of(const Step& step, const Command& command) const;
  Publication publication_of(const Step& step, const Command& command) const;
  void tell_topics(const Command& command, const Reply& reply, Answer& answer);
  void note_shared(const engine::Fact& fact);
  void sweep();
  void damage(const Step& step);
  // All that move tasks may do by now.
  void move_messages(Answer& answer);
  std::vector<ShownTask> list_tasks() const;
  Answer ask(const Command& command);
  ShownMessage show(const engine::ReceivedMessage& received) const;
  std::string body_at(const engine::Body& body,
                      const std::optional<engine::Share>& share = {}) const;
  // What the facts since then say that no client sees.
  void tell_facts_since(std::size_t bytes, Answer& answer);

  Mix mix_;
  std::vector<engine::QueueName> queues_;
  Alters alters_;
  engine::Strictness strictness_;
  SeededRandom random_{7};
  engine::FactWriter facts_{Position(4096)};
  Instant now_;
  std::unique_ptr<engine::Engine> engine_;
  Model model_;
  std::uint64_t commands_ = 0;
  std::vector<Seq> chosen_;
  std::deque<std::pair<engine::QueueName, engine::ReceiptHandle>> handles_;
  std::map<SubscriptionId, std::string> endpoints_;        // Of all that there ever were.
  std::map<std::pair<QueueId, Seq>, std::string> shared_;  // What they have in common, shown.
  std::vector<std::string> story_;
};

}  // namespace mailrail::sim
