#include "sim/clients.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/limits.h"

namespace mailrail::sim {
namespace {

// What a queue needs to get anything from topics of a strict server.
constexpr auto open_policy =
    R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]})";

constexpr std::size_t handles_max = 40;

bool is_fifo(const engine::QueueName& queue) { return queue.name.ends_with(".fifo"); }

// A queue of dead letters is its own, which then takes none; or letters go in a circle.
engine::QueueName dead_letters_of(const engine::QueueName& queue, Habit habit) {
  engine::QueueName target = queue;
  target.name = is_fifo(queue) ? "dead.fifo" : "dead";
  if (target == queue && habit == Habit::filling) target.name = is_fifo(queue) ? "one.fifo" : "one";
  return target;
}

}  // namespace

std::deque<engine::QueueName> Clients::queue_names() {
  std::deque<engine::QueueName> names;
  for (const char* each : {"one", "two", "dead", "one.fifo", "two.fifo", "dead.fifo"})
    names.push_back({.region = "us-east-1", .account = "000000000000", .name = each});
  return names;
}

Command Clients::next(const Ledger& ledger) {
  if (habit_ != Habit::filling && planned_.empty() && chance(10)) drop_before_held(ledger);
  if (!planned_.empty()) {
    Command next = std::move(planned_.front());
    planned_.pop_front();
    next.number = ++commands_;
    return next;
  }
  if (habit_ == Habit::filling && failing_ == 0 && chance(200)) failing_ = 40;
  if (failing_ > 0) return receive_and_fail();
  if (!tokens_.empty() && chance(6)) return confirm();
  if (topics_ == Topics::some && chance(4)) return about_topic(ledger);
  if (ledger.strictness() == engine::Strictness::aws && purged_ && chance(20))
    return command(Action::purge_queue, *purged_);
  if (chance(25)) return about_conversation(ledger);
  const Action action = any_action();
  if (habit_ == Habit::redriving && chance(12)) return redrive(ledger);
  const engine::QueueName queue = any_queue();
  if (action == Action::purge_queue) purged_ = queue;
  // Until there is a queue of that name little can happen to it.
  const bool is_missing = std::ranges::none_of(
      ledger.queues(), [&](const auto& each) { return each.second.name == queue; });
  return command(is_missing && !chance(4) ? Action::create_queue : action, queue);
}

Command Clients::about_conversation(const Ledger& ledger) {
  Command about = command(any_of({Action::retry_conversation, Action::skip_conversation,
                                  Action::skip_conversation, Action::drop_conversation}),
                          queue_names()[3 + random_.below(3)]);
  std::vector<std::pair<engine::QueueName, std::string>> parked;
  for (const auto& [id, queue] : ledger.queues()) {
    for (const auto& [group, since] : queue.parked) parked.emplace_back(queue.name, group);
  }
  about.group = any_of<const char*>({"a", "b", "c"});
  if (!parked.empty() && !chance(10))
    std::tie(about.queue, about.group) = parked[random_.below(parked.size())];
  if (chance(2)) about.skip_to = engine::SkipTo::dead_letters;
  return about;
}

// Many messages at once, of which nothing more is heard: they come back together, as dead letters.
// In the end the queue of those is the longest.
Command Clients::receive_and_fail() {
  failing_ -= 1;
  Command receive = command(Action::receive, queue_names()[2]);
  receive.count_max = 10;
  receive.visibility_timeout = 5s;
  receive.wait = 0s;
  return receive;
}

Command Clients::redrive(const Ledger& ledger) {
  if (chance(12)) return command(Action::delete_queue, queue_names()[chance(2) ? 0 : 3]);
  if (chance(3)) return redrive_some(ledger);
  const Action action = chance(8) ? Action::cancel_move_task : Action::start_move_task;
  return command(action, chance(10) ? any_queue() : queue_names()[chance(2) ? 2 : 5]);
}

// About half of what is there, and now and then one that is not.
Command Clients::redrive_some(const Ledger& ledger) {
  Command some = command(Action::redrive_messages,
                         chance(20) ? any_queue() : queue_names()[chance(2) ? 2 : 5]);
  some.destination = any_destination(some.queue);
  for (const auto& [id, queue] : ledger.queues()) {
    if (queue.name != some.queue) continue;
    for (const auto& [seq, message] : queue.messages) {
      if (chance(2) && some.chosen.size() < 20) some.chosen.push_back(seq);
    }
  }
  if (chance(8) && (some.chosen.empty() || some.chosen.front() > Seq(1)))
    some.chosen.insert(some.chosen.begin(), Seq(1));
  return some;
}

engine::QueueName Clients::any_queue() {
  const auto names = queue_names();
  const bool is_filled = habit_ == Habit::filling && !chance(3);
  return names[is_filled ? random_.below(2) : random_.below(names.size())];
}

Action Clients::any_action() {
  const std::uint64_t share = random_.below(100);
  // As much is sent as else is done together, nothing is emptied, and little comes out.
  if (habit_ == Habit::filling && share >= 75) return Action::send;
  if (habit_ == Habit::filling && share >= 66 && !chance(20)) return Action::receive;
  if (share < 36) return Action::send;
  if (share < 66) return Action::receive;
  if (share < 81) return Action::delete_message;
  if (share < 90) return Action::change_visibility;
  if (share < 93) return Action::count;
  if (share < 96) return Action::change_queue;
  if (share < 98) return Action::create_queue;
  return share < 99 ? Action::purge_queue : Action::delete_queue;
}

Command Clients::command(Action action, const engine::QueueName& queue) {
  Command command{.number = ++commands_, .action = action, .queue = queue};
  switch (action) {
    case Action::create_queue:
      command.tags = tags(command);
      [[fallthrough]];
    case Action::change_queue:
      command.attributes = attributes(queue);
      break;
    case Action::send:
      fill_send(command);
      break;
    case Action::receive:
      fill_receive(command);
      break;
    case Action::delete_message:
    case Action::change_visibility:
      fill_handle(command);
      break;
    case Action::start_move_task:
      fill_move_task(command);
      break;
    default:
      break;
  }
  return command;
}

// Without a choice of their own: what runs did before there were bounds stays much the same.
std::map<std::string, std::string> Clients::tags(const Command& command) const {
  if (habit_ == Habit::filling || command.number % 2 == 0) return {};
  std::map<std::string, std::string> tags{{"mailrail:max-messages", "8"}};
  if (!is_fifo(command.queue) && command.number % 4 == 1) tags["mailrail:on-full"] = "drop-oldest";
  return tags;
}

engine::QueueAttributes Clients::attributes(const engine::QueueName& queue) {
  engine::QueueAttributes attributes;
  attributes.is_fifo = is_fifo(queue);
  attributes.delay = any_of<Duration>({0s, 0s, 0s, 1s, 5s});
  attributes.retention = any_of<Duration>({60s, 1h, 96h, 96h});
  attributes.visibility_timeout = any_of<Duration>({0s, 2s, 30s, 30s});
  if (attributes.is_fifo && chance(3))
    attributes.deduplication_scope = engine::DeduplicationScope::message_group;
  attributes.kept["Policy"] = open_policy;
  if (habit_ == Habit::filling) attributes.retention = any_of<Duration>({1h, 96h});
  if (habit_ != Habit::mixed || chance(2)) {
    const std::uint64_t counts = habit_ == Habit::mixed ? 3 : 1;
    attributes.dead_letter = {
        .target = dead_letters_of(queue, habit_),
        .receive_count_max = 1 + static_cast<std::uint32_t>(random_.below(counts))};
  }
  if (attributes.is_fifo && chance(2)) attributes.on_poison = engine::OnPoison::park;
  return attributes;
}

void Clients::fill_send(Command& command) {
  command.body = fmt::format("message {}", command.number);
  // Some fill several pages of the disk, so that a power cut can tear them.
  if (chance(4)) command.body.append(random_.below(chance(2) ? 3000 : 15'000), 'x');
  if (is_fifo(command.queue)) {
    command.group = any_of<const char*>({"a", "b", "c"});
    command.deduplication_id = chance(2) ? any_of<const char*>({"1", "2", "3", "4", "5"})
                                         : fmt::format("of {}", command.number);
    return;
  }
  if (chance(2)) command.group = any_of<const char*>({"a", "b"});
  if (chance(3)) command.delay = any_of<Duration>({0s, 1s, 5s});
}

void Clients::fill_receive(Command& command) {
  command.count_max = habit_ == Habit::filling ? 10 : 1 + random_.below(chance(2) ? 2 : 10);
  if (chance(3)) command.visibility_timeout = any_of<Duration>({0s, 1s, 30s, 120s});
  command.wait = any_of<Duration>({0s, 0s, 1s, 20s});
  if (is_fifo(command.queue) && chance(3)) command.attempt = any_of<const char*>({"x", "y"});
}

// The newest handles most of the time, and now and then one of another queue.
void Clients::fill_handle(Command& command) {
  command.timeout = chance(20) ? Duration(12h) : any_of<Duration>({0s, 1s, 30s, 60s});
  if (handles_.empty()) return;
  const std::size_t among = chance(3) ? handles_.size() : std::min<std::size_t>(handles_.size(), 4);
  const auto& [queue, handle] = handles_[random_.below(among)];
  command.handle = handle;
  if (!chance(30)) command.queue = queue;
}

void Clients::fill_move_task(Command& command) {
  command.rate = any_of<std::uint32_t>({0, 0, 1, 3, 500});
  if (chance(3)) command.pace = engine::MovePace::ramp;
  command.destination = any_destination(command.queue);
}

// To their sources or to one queue, and now and then to one that cannot be it.
std::optional<engine::QueueName> Clients::any_destination(const engine::QueueName& source) {
  if (chance(8)) return any_queue();
  if (chance(2)) return queue_names()[is_fifo(source) ? 3 : 0];
  return std::nullopt;
}

void Clients::told(const Command& command, const Reply& reply) {
  for (const engine::ReceivedMessage& each : reply.received.messages)
    handles_.emplace_front(command.queue, each.handle());
  if (handles_.size() > handles_max) handles_.resize(handles_max);
  if (habit_ != Habit::filling && planned_.empty() && is_fifo(command.queue) && chance(8))
    let_first_go(command, reply);
}

// Who holds two messages of a conversation lets the first go. If that is poison then, the next
// receive parks the conversation with the second still held.
void Clients::let_first_go(const Command& command, const Reply& reply) {
  const auto& messages = reply.received.messages;
  const auto pair =
      std::ranges::adjacent_find(messages, {}, &engine::ReceivedMessage::conversation);
  if (pair == messages.end()) return;
  planned_.push_back(
      {.action = Action::change_visibility, .queue = command.queue, .handle = pair->handle()});
  planned_.push_back({.action = Action::receive, .queue = command.queue, .count_max = 10});
}

// A parked head is never in flight, until one that was behind it becomes the head: then a skip
// finds it so. Here a drop that is under way has come to it.
void Clients::drop_before_held(const Ledger& ledger) {
  for (const auto& [id, queue] : ledger.queues()) {
    for (const auto& [seq, message] : queue.messages) {
      if (!queue.parked.contains(message.group) || !message.is_leased(ledger.at())) continue;
      planned_.push_back(
          {.action = Action::drop_conversation, .queue = queue.name, .group = message.group});
      planned_.push_back(
          {.action = Action::skip_conversation, .queue = queue.name, .group = message.group});
      return;
    }
  }
}

Duration Clients::pause(const Ledger& ledger, Instant now) {
  const std::uint64_t share = random_.below(1000);
  if (share < 550) return Duration(random_.below(50));
  if (share < 620) return Duration(random_.below(40'000));
  if (share < 625) return Duration(random_.below(600'000));
  if (share < 627) return 24h + Duration(random_.below(100'000'000));
  std::vector<Instant> boundaries;
  // Where queues are to get long their messages' age may not be what time is most after.
  const std::uint64_t far_one_in = habit_ == Habit::filling ? 2000 : 10;
  const auto consider = [&](Instant boundary) {
    if (boundary > now && (boundary < now + 35s || chance(far_one_in)))
      boundaries.push_back(boundary);
  };
  for (const auto& [id, queue] : ledger.queues()) {
    for (const auto& [seq, message] : queue.messages) {
      if (message.lease_end) consider(*message.lease_end);
      consider(message.sent + message.delay);
      if (queue.attributes.is_fifo) consider(message.sent + queue.attributes.delay);
      consider(message.sent + queue.attributes.retention);
    }
    for (const auto& [key, original] : queue.originals)
      consider(original.at + engine::deduplication_window);
    for (const auto& [name, attempt] : queue.attempts)
      consider(attempt.started + engine::receive_attempt_window);
  }
  if (boundaries.empty()) return Duration(random_.below(2000));
  const Instant boundary = boundaries[random_.below(boundaries.size())];
  return std::max(boundary + Duration(random_.below(3)) - 1ms - now, Duration(0));
}

}  // namespace mailrail::sim
