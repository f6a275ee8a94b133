#include "sim/model_world.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "engine/fact_codec.h"
#include "sim/carry_out.h"
#include "sim/describe.h"

namespace mailrail::sim {
namespace {

constexpr std::size_t handles_max = 12;

template <class Value, std::size_t size>
Value letter(const Value (&alphabet)[size], int number) {
  return alphabet[static_cast<std::size_t>(number) % size];
}

constexpr Action actions[] = {Action::send,
                              Action::receive,
                              Action::delete_message,
                              Action::send,
                              Action::receive,
                              Action::change_visibility,
                              Action::send,
                              Action::receive,
                              Action::receive,
                              Action::send,
                              Action::receive,
                              Action::count,
                              Action::receive,
                              Action::send,
                              Action::count,
                              Action::receive,
                              Action::delete_message,
                              Action::change_visibility,
                              Action::start_move_task,
                              Action::start_move_task,
                              Action::cancel_move_task,
                              Action::redrive_messages,
                              Action::retry_conversation,
                              Action::skip_conversation,
                              Action::drop_conversation,
                              Action::change_queue,
                              Action::purge_queue,
                              Action::create_queue,
                              Action::delete_queue};
constexpr Duration pauses[] = {0s, 0s, 0s, 0s, 0s, 0s, 0s, 0s, 0s, 0s, 1ms, 1s, 2min, 5min};
constexpr std::size_t boundary_numbers[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3};
constexpr int boundary_of_last = 15;
constexpr std::size_t queue_numbers[] = {0, 1, 2, 3, 0, 1};
constexpr std::size_t counts[] = {1, 10, 10, 3};
constexpr const char* groups[] = {"a", "b", "c"};
constexpr const char* deduplication_ids[] = {"1", "2", "3", "4", "5"};
constexpr const char* attempts[] = {"", "x", "x", "y"};
constexpr std::optional<Duration> receive_timeouts[] = {std::nullopt, 0s, 1s, 10min};
constexpr Duration timeouts[] = {0s, 30s, 1s, 12h};
constexpr std::uint32_t rates[] = {0, 0, 1, 2};
constexpr std::optional<Duration> delays[] = {std::nullopt, std::nullopt, 0s, 1s, 5s};

bool is_fifo(const engine::QueueName& queue) { return queue.name.ends_with(".fifo"); }

std::vector<engine::QueueName> queues_of(Mix mix) {
  std::vector<engine::QueueName> queues;
  for (const char* name : {"plain", "plain.fifo", "dead", "dead.fifo"}) {
    const engine::QueueName queue{.region = "r", .account = "a", .name = name};
    const bool is_any = mix == Mix::everything || mix == Mix::topics;
    if (is_any || is_fifo(queue) == (mix == Mix::fifo)) queues.push_back(queue);
  }
  return queues;
}

}  // namespace

int letter_of(Action action) {
  return static_cast<int>(std::ranges::find(actions, action) - std::begin(actions));
}

ModelWorld::ModelWorld(Mix mix, Alters alters, engine::Strictness strictness)
    : mix_(mix),
      queues_(queues_of(mix)),
      alters_(std::move(alters)),
      strictness_(strictness),
      now_(first_day),
      engine_(std::make_unique<engine::Engine>(1, strictness)),
      model_(strictness) {
  engine::Turn turn{.now = now_, .random = random_, .facts = facts_};
  engine_->found(turn);
}

std::string ModelWorld::play(const Script& script) {
  std::string complaint = make_queues(script);
  if (complaint.empty() && mix_ == Mix::topics) complaint = make_topics(script);
  for (const Step& each : script.steps) {
    if (!complaint.empty()) return complaint;
    complaint = take(each);
  }
  return complaint.empty() ? restart() : complaint;
}

std::string ModelWorld::make_queues(const Script& script) {
  for (const engine::QueueName& each : queues_) {
    const Command command{.action = Action::create_queue,
                          .queue = each,
                          .attributes = attributes_of({.attributes = script.attributes}, each)};
    if (std::string complaint = model_.check(command, ask(command), now_); !complaint.empty())
      return complaint;
  }
  return {};
}

std::string ModelWorld::take(const Step& step) {
  now_ += pause_of(step);
  const Command command = is_about_topic(step) ? topic_command_of(step) : command_of(step);
  story_.push_back(fmt::format("{}{}: {}", step.restarts == 0 ? "" : "restarted, ", describe(now_),
                               describe(command)));
  if (step.restarts != 0) {
    if (std::string complaint = restart(); !complaint.empty()) return complaint;
  }
  while (!engine_->advance(now_)) {
  }
  if (command.action != Action::receive || step.sweeps == 0) sweep();
  if (step.damages != 0) damage(step);
  Answer moved;
  move_messages(moved);
  Answer answer = ask(command);
  answer.redriven = std::move(moved.redriven);
  answer.ended = std::move(moved.ended);
  for (const ShownMessage& each : answer.messages) {
    story_.back() += fmt::format(", \"{}\"", each.body);
    handles_.emplace_front(command.queue, each.handle);
  }
  if (handles_.size() > handles_max) handles_.resize(handles_max);
  if (alters_) alters_(command, answer);
  return model_.check(command, answer, now_);
}

// Some pauses end a millisecond before, at or after a boundary.
Duration ModelWorld::pause_of(const Step& step) const {
  constexpr int beside_boundary[] = {0, 1, -1};
  const int number = step.pause - static_cast<int>(std::size(pauses));
  if (number < 0) return letter(pauses, step.pause);
  const std::vector<Instant> boundaries = model_.boundaries(now_);
  if (boundaries.empty()) return 0s;
  // The next one most of the time, and rarely the very last.
  const bool is_last = step.boundary == boundary_of_last && step.handle == 0;
  const std::size_t which =
      is_last ? boundaries.size() - 1 : letter(boundary_numbers, step.boundary) % boundaries.size();
  return boundaries[which] - now_ + Duration(letter(beside_boundary, number));
}

Command ModelWorld::command_of(const Step& step) {
  Command command{.number = ++commands_, .action = letter(actions, step.action)};
  command.queue = queues_[letter(queue_numbers, step.queue) % queues_.size()];
  const bool fifo = is_fifo(command.queue);
  const bool is_missing = engine_->find_queue(command.queue) == nullptr;
  if (is_missing && step.sweeps == 0) command.action = Action::create_queue;
  switch (command.action) {
    case Action::create_queue:
    case Action::change_queue:
      command.attributes = attributes_of(step, command.queue);
      break;
    case Action::send:
      if (fifo || step.group % 2 == 1) command.group = letter(groups, step.group);
      command.body = fmt::format("{} {}", command.number, command.group);
      if (fifo) {
        command.deduplication_id =
            step.attempt % 2 == 0 ? command.body : letter(deduplication_ids, step.deduplication_id);
      } else {
        command.delay = letter(delays, step.delay);
      }
      break;
    case Action::receive:
      command.count_max = letter(counts, step.count_max);
      command.visibility_timeout = letter(receive_timeouts, step.timeout);
      if (fifo) command.attempt = letter(attempts, step.attempt);
      break;
    case Action::retry_conversation:
    case Action::skip_conversation:
    case Action::drop_conversation:
      name_conversation(step, command);
      break;
    case Action::start_move_task:
    case Action::cancel_move_task:
      name_task(step, command);
      break;
    case Action::redrive_messages:
      name_task(step, command);
      choose(step, command);
      break;
    default:
      command.timeout = letter(timeouts, step.timeout);
      if (handles_.empty()) break;
      const auto& [queue, handle] =
          handles_[static_cast<std::size_t>(step.handle) % handles_.size()];
      command.handle = handle;
      const bool is_of_another = step.group == 2 && step.delay == 0;
      if (command.action != Action::count && !is_of_another) command.queue = queue;
  }
  return command;
}

// One that is parked, most of the time.
void ModelWorld::name_conversation(const Step& step, Command& command) const {
  std::vector<std::pair<engine::QueueName, std::string>> parked;
  for (const auto& [name, id] : engine_->queue_names()) {
    for (const engine::ParkedConversation& each : engine_->parked(id, "", std::size(groups)))
      parked.emplace_back(name, each.group);
  }
  command.group = letter(groups, step.group);
  if (step.delay % 2 == 0) command.skip_to = engine::SkipTo::dead_letters;
  if (parked.empty() || step.count_max == 3) return;
  std::tie(command.queue, command.group) =
      parked[static_cast<std::size_t>(step.handle) % parked.size()];
}

// Of a queue of dead letters, most of the time.
void ModelWorld::name_task(const Step& step, Command& command) const {
  if (step.count_max != 3) command.queue.name = is_fifo(command.queue) ? "dead.fifo" : "dead";
  command.rate = letter(rates, step.timeout);
  if (step.deduplication_id % 2 == 1) command.pace = engine::MovePace::ramp;
  engine::QueueName other = command.queue;
  other.name = is_fifo(command.queue) ? "plain.fifo" : "plain";
  if (step.delay == 1 || step.delay == 2) command.destination = other;
  if (step.delay == 4 && step.handle == 0) {
    other.name = "nowhere";
    command.destination = other;
  }
  if (step.delay == 3)
    command.destination = queues_[letter(queue_numbers, step.handle) % queues_.size()];
}

// Some of what is there; now and then those that were chosen before, which may be gone.
void ModelWorld::choose(const Step& step, Command& command) {
  const int mask = 1 + step.deduplication_id * 6 + step.handle;
  const engine::Queue* queue = engine_->find_queue(command.queue);
  if (queue != nullptr && step.timeout != 3) {
    chosen_.clear();
    const auto there = engine_->inspect(
        now_,
        {.queue = queue->id, .count_max = 10, .bytes_max = ~std::size_t{0}, .looks_max = 100});
    for (std::size_t i = 0; i < there.messages.size(); ++i) {
      if ((mask >> (i % 5) & 1) != 0) chosen_.push_back(there.messages[i].message.seq);
    }
  }
  command.chosen = chosen_;
}

// Several small choices in one number.
engine::QueueAttributes ModelWorld::attributes_of(const Step& step,
                                                  const engine::QueueName& queue) const {
  int rest = step.attributes;
  const auto choose = [&](const auto& alphabet) {
    const auto chosen = letter(alphabet, rest);
    rest /= static_cast<int>(std::size(alphabet));
    return chosen;
  };
  constexpr std::uint32_t receive_counts[] = {0, 1, 2};
  constexpr Duration queue_delays[] = {0s, 5s};
  constexpr Duration retentions[] = {96h, 96h, 60s};
  constexpr Duration visibility_timeouts[] = {30s, 0s};
  constexpr engine::DeduplicationScope scopes[] = {engine::DeduplicationScope::queue,
                                                   engine::DeduplicationScope::message_group};
  constexpr engine::OnPoison on_poison[] = {engine::OnPoison::dead_letter, engine::OnPoison::park};
  engine::QueueAttributes attributes;
  attributes.is_fifo = is_fifo(queue);
  const std::uint32_t receive_count = choose(receive_counts);
  attributes.delay = choose(queue_delays);
  attributes.retention = choose(retentions);
  attributes.visibility_timeout = choose(visibility_timeouts);
  if (attributes.is_fifo) attributes.deduplication_scope = choose(scopes);
  if (attributes.is_fifo) attributes.on_poison = choose(on_poison);
  if (receive_count == 0) return attributes;
  // Each is the other's dead-letter queue; or, rarely, its own, which then takes nothing.
  engine::QueueName target = queue;
  if (step.group != 2) target.name = is_fifo(queue) ? "dead.fifo" : "dead";
  if (target == queue && step.group == 0) target.name = is_fifo(queue) ? "plain.fifo" : "plain";
  attributes.dead_letter = {.target = target, .receive_count_max = receive_count};
  return attributes;
}

// One queue gets looked at from end to end by each call.
void ModelWorld::sweep() {
  engine::Turn turn{.now = now_, .random = random_, .facts = facts_};
  for (std::size_t i = 0; i < 2 * queues_.size() + 2; ++i)
    engine_->remove_expired(turn, std::size_t{1} << 20);
  model_.remove_expired(now_);
}

// One message of all that there are.
void ModelWorld::damage(const Step& step) {
  engine::OldBodies cursor{.before = engine::LiveBytes::stretch_after(facts_.end()),
                           .bytes_max = ~std::size_t{0}};
  const std::vector<engine::OldBody> all = engine_->find_old_bodies(cursor, ~std::size_t{0});
  if (all.empty()) return;
  const int number = step.handle + 6 * step.group;
  const engine::OldBody& chosen = all[static_cast<std::size_t>(number) % all.size()];
  engine::Turn turn{.now = now_, .random = random_, .facts = facts_};
  engine_->mark_damaged(turn, chosen);
  if (chosen.publication) {
    model_.damaged(body_at(chosen.body));
  } else {
    model_.damaged(engine_->find_queue(chosen.queue)->name, body_at(chosen.body));
  }
  story_.back() += fmt::format(", \"{}\" damaged", body_at(chosen.body));
}

void ModelWorld::move_messages(Answer& answer) {
  engine::Turn turn{.now = now_, .random = random_, .facts = facts_};
  const std::size_t before = facts_.payload().size();
  for (auto next = engine_->next_move(); next && *next <= now_; next = engine_->next_move())
    engine_->move_messages(turn);
  tell_facts_since(before, answer);
  for (const Redrive& each : answer.redriven)
    story_.back() += fmt::format(", \"{}\" to {}", each.body, each.to.name);
  for (const EndedTask& each : answer.ended)
    story_.back() += fmt::format(", the task of {} ends with status {}", each.queue.name,
                                 static_cast<int>(each.status));
}

std::vector<ShownTask> ModelWorld::list_tasks() const {
  std::vector<ShownTask> tasks;
  for (const auto& [name, id] : engine_->queue_names()) {
    for (const engine::MoveTask& each : engine_->find_queue(id)->move_tasks) {
      tasks.push_back({.queue = name.name,
                       .started = each.started,
                       .destination = each.destination,
                       .rate = each.rate,
                       .pace = each.pace,
                       .to_move = each.to_move,
                       .moved = each.moved,
                       .status = each.status,
                       .failure = each.failure});
    }
  }
  return tasks;
}

std::string ModelWorld::restart() {
  auto replayed = std::make_unique<engine::Engine>(2, strictness_);
  const auto decoded = engine::decode_facts(facts_.payload(), [&](const engine::Fact& fact,
                                                                  engine::FactPlace place) {
    replayed->apply(fact, {.position = facts_.position() + place.offset, .length = place.length});
  });
  CHECK(decoded);
  if (replayed->state_hash(now_) != engine_->state_hash(now_))
    return "the replayed state is not the one that made the facts";
  engine_ = std::move(replayed);
  model_.restarted();
  while (!engine_->advance(now_)) {
  }
  return {};
}

Answer ModelWorld::ask(const Command& command) {
  engine::Turn turn{.now = now_, .random = random_, .facts = facts_};
  const std::size_t before = facts_.payload().size();
  std::vector<ChosenMessage> chosen = look_at_chosen(command);
  Reply reply = carry_out(command, *engine_, turn);
  while (reply.received.is_unfinished || reply.dropped.has_more)
    reply = carry_out(command, *engine_, turn);
  Answer answer{.tasks = list_tasks(),
                .outcome = reply.outcome,
                .deleted = reply.deleted,
                .changed = reply.changed,
                .counts = reply.counts,
                .settled = reply.settled,
                .was_parked = reply.dropped.was_parked,
                .task = reply.task};
  for (std::size_t i = 0; i < reply.redriven.size(); ++i) {
    chosen[i].verdict = reply.redriven[i].verdict;
    if (const engine::Queue* to = engine_->find_queue(reply.redriven[i].to))
      chosen[i].to = to->name;
    answer.chosen.push_back(std::move(chosen[i]));
  }
  tell_topics(command, reply, answer);
  tell_facts_since(before, answer);
  if (command.action == Action::send && reply.outcome == Outcome::done) {
    answer.message_id = engine_->identity().message_id(reply.sent.queue, reply.sent.seq, 0);
    if (is_fifo(command.queue)) answer.sequence_number = engine::sequence_number(reply.sent.seq);
  }
  for (const engine::ReceivedMessage& each : reply.received.messages)
    answer.messages.push_back(show(each));
  if (!is_fifo(command.queue)) {
    for (ShownMessage& each : answer.messages) each.sequence_number.clear();
  }
  return answer;
}

std::vector<ChosenMessage> ModelWorld::look_at_chosen(const Command& command) const {
  const engine::Queue* queue = engine_->find_queue(command.queue);
  std::vector<ChosenMessage> chosen(command.chosen.size());
  for (std::size_t i = 0; i < chosen.size() && queue != nullptr; ++i) {
    const auto found = engine_->find_message(queue->id, command.chosen[i]);
    if (found) chosen[i].body = body_at(found->message.body, found->message.share);
  }
  return chosen;
}

ShownMessage ModelWorld::show(const engine::ReceivedMessage& received) const {
  const auto& source = received.dead_letter_source;
  return {.body = body_at(received.body, received.share),
          .message_id = engine_->identity().message_id(received.origin_queue, received.origin_seq,
                                                       received.redrives),
          .sequence_number = engine::sequence_number(received.seq),
          .handle = received.handle(),
          .sent = received.sent,
          .first_received = received.first_received,
          .receive_count = received.receive_count,
          .source = source ? source->name : "",
          .way = !received.share          ? Way::sent
                 : received.share->is_raw ? Way::raw
                                          : Way::enveloped,
          .is_grouped = received.is_grouped};
}

std::string ModelWorld::body_at(const engine::Body& body,
                                const std::optional<engine::Share>& share) const {
  const auto sent = engine::decode_sent(
      std::string_view(facts_.payload())
          .substr(body.position.value() - facts_.position().value(), body.length));
  if (!sent) return "unreadable: " + sent.error().message;
  if (share) return body_for(endpoints_.at(share->subscription), sent->record, sent->group);
  return std::string(sent->record);
}

void ModelWorld::tell_facts_since(std::size_t bytes, Answer& answer) {
  const auto decoded = engine::decode_facts(
      std::string_view(facts_.payload()).substr(bytes),
      [&](const engine::Fact& fact, engine::FactPlace) {
        note_shared(fact);
        if (const auto* moved = std::get_if<engine::Moved>(&fact))
          answer.dead_letters.push_back(body_at(moved->body, moved->share));
        if (const auto* damaged = std::get_if<engine::Damaged>(&fact))
          answer.damaged.push_back(shared_.at({damaged->queue, damaged->seq}));
        if (const auto* redriven = std::get_if<engine::Redriven>(&fact))
          answer.redriven.push_back({.from = engine_->find_queue(redriven->from)->name,
                                     .to = engine_->find_queue(redriven->to)->name,
                                     .body = body_at(redriven->body, redriven->share)});
        if (const auto* ended = std::get_if<engine::MoveTaskEnded>(&fact))
          answer.ended.push_back({.queue = engine_->find_queue(ended->queue)->name,
                                  .status = ended->status,
                                  .failure = ended->failure});
        if (const auto* parked = std::get_if<engine::ConversationParked>(&fact))
          answer.parked.emplace_back(parked->group);
      });
  CHECK(decoded);
}

}  // namespace mailrail::sim
