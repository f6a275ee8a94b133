#include "sim/judge.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "base/check.h"
#include "engine/fact_codec.h"
#include "sim/describe.h"

namespace mailrail::sim {
namespace {

constexpr std::size_t story_lines_max = 1000;
// Of whom a body says that it is: the message, or what it came by.
template <class Message>
std::pair<QueueId, Seq> owner_of(const Message& message) {
  if (message.share) return {QueueId(), message.share->publication};
  return {message.origin_queue, message.origin_seq};
}

// No name leads to it.
bool is_delivery(const LedgerQueue& queue) { return queue.attributes.is_delivery_queue(); }

Position end_of(const log::Frame& frame) { return frame.position + frame.payload.size(); }

}  // namespace

void Judge::note(std::string line) {
  trace_ = XXH3_64bits_withSeed(line.data(), line.size(), trace_);
  story_.push_back(std::move(line));
  if (story_.size() > story_lines_max) story_.pop_front();
}

void Judge::report(Law law, std::string what) {
  if (what.empty() || violation_ || blind_to_.contains(law)) return;
  violation_ = Violation{.law = law, .what = std::move(what)};
}

// --- While the server runs.

void Judge::submitted(const Command& command, Instant now) {
  note(fmt::format("{} {}", describe(now), describe(command)));
  const bool ends_lease =
      command.action == Action::delete_message || command.action == Action::settle;
  if (!ends_lease && command.action != Action::change_visibility) return;
  const engine::ReceiptHandle& handle = command.handle;
  let_go_.emplace(handle.queue, handle.seq, handle.generation);
  const auto hold = holds_.find({handle.queue, handle.seq});
  if (hold == holds_.end() || hold->second.generation != handle.generation) return;
  if (ends_lease) {
    holds_.erase(hold);
  } else {
    hold->second.end = std::min(hold->second.end, now + command.timeout);
    hold->second.newest_change = command.number;
  }
}

void Judge::asking(const Command& command, const engine::FactWriter& facts, Instant now) {
  observe(facts, now);
  moved_dead_letters_ = false;
  ledger_.begin(command, now);
}

void Judge::asked(const Command& command,
                  const Reply& reply,
                  Ledger::End end,
                  const engine::FactWriter& facts) {
  const Position taken_end = in_flight_ ? end_of(*in_flight_->frame) : durable_end();
  Answer answer{.at = ledger_.at(),
                .needed = facts.count() > 0 ? facts.end() : taken_end,
                .messages = {},
                .handles = {}};
  observe(facts, answer.at);
  tally(command, reply, end);
  if (command.action == Action::drop_conversation && reply.dropped.removed > 0) {
    std::erase_if(holds_, [&](const auto& each) {
      return each.first.first == reply.queue && each.second.group == command.group;
    });
  }
  const std::string complaint = ledger_.end(reply, end);
  if (ledger_.is_duplicate_publication()) meet("a publication was a duplicate");
  if (!complaint.empty())
    report(Law::facts, fmt::format("command {}: {}", command.number, complaint));
  note(fmt::format("  asked {}, {} messages, needs {}", command.number,
                   reply.received.messages.size(), answer.needed.value()));
  if (end != Ledger::End::waits) {
    waiting_.erase(command.number);
  } else if (const auto waiting = waiting_.find(command.number); waiting != waiting_.end()) {
    waiting->second = reply.queue;  // The name may be another queue's by now.
  }
  if (violation_) return;
  for (const engine::ReceivedMessage& each : reply.received.messages) {
    const LedgerMessage* message = ledger_.find(each.queue, each.seq);
    CHECK(message != nullptr);
    answer.messages.push_back(*message);
    answer.handles.push_back(each.handle());
    // A repeated attempt may make its lease shorter.
    const auto hold = holds_.find({each.queue, each.seq});
    if (hold != holds_.end() && hold->second.generation == each.receive_count)
      hold->second.end = std::min(hold->second.end, *message->lease_end);
  }
  // The one exception: losing a lease on a standard queue only shows the message again.
  if (!answer.messages.empty() && !moved_dead_letters_ && command.action != Action::take &&
      !ledger_.queues().at(reply.queue).attributes.is_fifo) {
    answer.needed = Position();
    for (const LedgerMessage& each : answer.messages)
      answer.needed = std::max(answer.needed, each.arrived_end);
  }
  answers_[command.number] = std::move(answer);
}

void Judge::tally(const Command& command, const Reply& reply, Ledger::End end) {
  if (end == Ledger::End::asks_again) meet("a receive had too much to set aside");
  if (reply.received.moved_dead_letters) meet("dead letters were moved");
  if (reply.outcome == Outcome::refused) meet("a send was refused at a limit");
  if (reply.outcome == Outcome::queue_is_full) meet("a queue was full");
  if (reply.outcome == Outcome::too_soon)
    meet(command.action == Action::purge_queue ? "a purge came too soon"
                                               : "a creation came too soon");
  if (reply.dropped.was_parked) meet("a parked conversation was dropped");
  if (reply.dropped.has_more) meet("a drop had more to remove");
  if (reply.outcome == Outcome::done && reply.settled == engine::ParkedResult::done) {
    if (command.action == Action::retry_conversation) meet("a parked conversation was retried");
    if (command.action == Action::skip_conversation) meet("a parked conversation lost its head");
  }
  if (reply.settled == engine::ParkedResult::head_in_flight) meet("a parked head was in flight");
  if (reply.deleted == engine::DeleteResult::handle_expired) meet("a handle had expired");
  if (command.action == Action::send && ledger_.is_duplicate()) meet("a send was a duplicate");
  if (std::ranges::count(reply.published, std::optional<Seq>()) > 0)
    meet("a publication was refused at a limit");
  if (command.action == Action::receive && ledger_.is_repeated())
    meet("a receive attempt was repeated");
  if (end == Ledger::End::answered && waiting_.contains(command.number) &&
      !reply.received.messages.empty())
    meet("a waiting call was woken");
}

void Judge::tally(const engine::Fact& fact) {
  if (const auto* published = std::get_if<engine::Published>(&fact)) {
    meet("a message was published");
    if (published->deliveries.size() > 1) meet("a publication was for several queues");
    if (published->deliveries.empty()) meet("a publication was for nobody");
  }
  if (std::holds_alternative<engine::SharedBodyRelocated>(fact)) meet("a shared body was moved");
  const auto* removed = std::get_if<engine::Removed>(&fact);
  if (removed != nullptr && removed->why == engine::RemovalReason::dropped)
    meet("a full queue dropped its oldest");
  tally_delivery(fact);
  if (const auto* redriven = std::get_if<engine::Redriven>(&fact)) {
    meet(redriven->task == Seq() ? "a message was redriven by choice" : "a message was redriven");
    if (ledger_.queues().at(redriven->to).parked.contains(std::string(redriven->group)))
      meet("a message was redriven to a parked conversation");
  }
  const auto* ended = std::get_if<engine::MoveTaskEnded>(&fact);
  if (ended == nullptr) return;
  meet(ended->status == engine::MoveTaskStatus::completed   ? "a task was completed"
       : ended->status == engine::MoveTaskStatus::cancelled ? "a task was cancelled"
       : ended->failure == engine::MoveTaskFailure::no_destination
           ? "a task had no destination"
           : "a task had no source of a message");
}

void Judge::parked(const Command& command, QueueId queue) { waiting_[command.number] = queue; }

void Judge::released(const Command& command, const Reply& reply) {
  note(fmt::format("  answered {}", command.number));
  waiting_.erase(command.number);
  auto node = answers_.extract(command.number);
  if (node.empty()) return report(Law::drain, "a call was answered twice");
  const Answer& answer = node.mapped();
  if (answer.needed > durable_end())
    report(Law::durability,
           fmt::format("command {} was answered before its facts were durable", command.number));
  told_end_ = std::max(told_end_, answer.needed);
  for (std::size_t i = 0; i < reply.published.size(); ++i) {
    if (reply.published[i]) check_spread(command.publications[i].record(), Demand::whole);
  }
  for (std::size_t i = 0; i < answer.messages.size(); ++i)
    received(command, answer, reply.received.messages[i], answer.messages[i]);
  if (command.action == Action::change_visibility && reply.outcome == Outcome::done &&
      reply.changed == engine::VisibilityResult::done) {
    const auto hold = holds_.find({command.handle.queue, command.handle.seq});
    const LedgerMessage* known = ledger_.find(command.handle.queue, command.handle.seq);
    const bool is_held = hold != holds_.end() && known != nullptr &&
                         hold->second.generation == known->receive_count &&
                         hold->second.newest_change == command.number;
    if (is_held) hold->second.end = std::min(answer.at + command.timeout, *known->lease_end);
  }
}

// Only FIFO queues promise order and exclusiveness.
void Judge::received(const Command& command,
                     const Answer& answer,
                     const engine::ReceivedMessage& told,
                     const LedgerMessage& message) {
  if (!fifo_queues_.contains(told.queue)) return;
  for (const auto& [held, hold] : holds_) {
    if (held.first != told.queue || held.second > told.seq || hold.group != message.group) continue;
    const bool is_repeated =
        std::ranges::any_of(answer.handles, [&](const engine::ReceiptHandle& each) {
          return each.seq == held.second && each.generation == hold.generation;
        });
    const bool has_expired = hold.sent + fifo_queues_.at(told.queue) <= answer.at;
    if (hold.end <= answer.at || is_repeated || has_expired) continue;
    report(Law::conversations,
           fmt::format("message {} of conversation \"{}\" was given to command {} while command {} "
                       "still held message {}",
                       told.seq.value(), message.group, command.number, hold.receive,
                       held.second.value()));
  }
  // Since it was decided, the lease may have been ended by who knew its handle already.
  const LedgerMessage* known = ledger_.find(told.queue, told.seq);
  const bool is_let_go = let_go_.contains({told.queue, told.seq, told.receive_count});
  if (known != nullptr && known->receive_count == told.receive_count && !is_let_go) {
    holds_[{told.queue, told.seq}] = {.receive = command.number,
                                      .group = message.group,
                                      .generation = told.receive_count,
                                      .end = std::min(*message.lease_end, *known->lease_end),
                                      .sent = message.sent};
  }
  if (!given_.emplace(told.queue, told.seq).second) return;
  // One that an endpoint did not take comes to its dead letters late.
  const bool came_at_once = told.share && !told.dead_letter_source && told.redrives == 0 &&
                            (!is_http(told.share->protocol) || command.action == Action::take);
  if (came_at_once) {
    Seq& published = newest_published_[{told.queue, told.share->topic, message.group}];
    if (told.share->publication < published)
      report(Law::conversations, fmt::format("publication {} was first given after publication {}",
                                             told.share->publication.value(), published.value()));
    published = std::max(published, told.share->publication);
  }
  Seq& newest = newest_given_[{told.queue, message.group}];
  if (told.seq < newest)
    report(Law::conversations, fmt::format("message {} was first given after message {}",
                                           told.seq.value(), newest.value()));
  newest = std::max(newest, told.seq);
}

void Judge::lost(const Command& command) {
  note(fmt::format("  lost {}", command.number));
  waiting_.erase(command.number);
  answers_.erase(command.number);
  std::erase_if(holds_, [&](const auto& each) { return each.second.receive == command.number; });
}

void Judge::check_body(const engine::ReceivedMessage& told, const Result<std::string>& bytes) {
  const Result<engine::Sent> sent =
      bytes ? engine::decode_sent(*bytes) : std::unexpected(bytes.error());
  if (!sent) return report(Law::bodies, "a body cannot be read: " + sent.error().message);
  const auto [queue, seq] = owner_of(told);
  if (sent->queue != queue || sent->seq != seq)
    return report(Law::bodies, "another message's body was given");
  const auto expected = bodies_.find({queue, seq, told.body.position});
  if (expected == bodies_.end() || expected->second != sent->record)
    report(Law::bodies, fmt::format("message {} was given another body", told.seq.value()));
}

// --- Facts and frames.

void Judge::observe(const engine::FactWriter& facts, Instant now) {
  observe(facts.payload(), facts.position(), now);
}

void Judge::observe(std::string_view payload, Position position, Instant now) {
  if (has_given_up()) return;
  const std::uint64_t seen =
      observed_end_ > position ? observed_end_.value() - position.value() : 0;
  const auto decoded = engine::decode_facts(
      payload.substr(seen), [&](const engine::Fact& fact, engine::FactPlace place) {
        observe(fact, {.position = position + seen + place.offset, .length = place.length}, now);
      });
  if (!decoded) report(Law::facts, decoded.error().message);
  observed_end_ = position + payload.size();
  is_current_ = true;
}

void Judge::observe(const engine::Fact& fact, const engine::Body& place, Instant now) {
  if (violation_) return;
  note(fmt::format("  {} {}", describe(now), describe(fact)));
  report(Law::facts, ledger_.fact(fact, place, now));
  if (std::holds_alternative<engine::Published>(fact)) {
    const Spread& spread = ledger_.spread();
    publications_.emplace(spread.text, Publishing{.wanted = spread.queues});
  }
  moved_dead_letters_ = moved_dead_letters_ || std::holds_alternative<engine::Moved>(fact);
  tally(fact);
  if (std::holds_alternative<engine::ConversationParked>(fact)) meet("a conversation was parked");
  remember(fact, place);
  const auto remember_retention = [&](const auto& each) {
    if (!each.attributes.is_fifo) return;
    const auto known = fifo_queues_.emplace(each.queue, each.attributes.retention).first;
    known->second = std::min(known->second, each.attributes.retention);
  };
  if (const auto* created = std::get_if<engine::QueueCreated>(&fact)) {
    fifo_queues_.erase(created->queue);  // A crash took back another queue of this id.
    remember_retention(*created);
  }
  if (const auto* changed = std::get_if<engine::QueueChanged>(&fact)) remember_retention(*changed);
  const auto let_go = [&](QueueId queue) {
    std::erase_if(holds_, [&](const auto& each) { return each.first.first == queue; });
  };
  if (const auto* purged = std::get_if<engine::Purged>(&fact)) let_go(purged->queue);
  if (const auto* deleted = std::get_if<engine::QueueDeleted>(&fact)) let_go(deleted->queue);
}

// What is written where.
void Judge::remember(const engine::Fact& fact, const engine::Body& place) {
  if (const auto* sent = std::get_if<engine::Sent>(&fact))
    bodies_[{sent->queue, sent->seq, place.position}] = sent->record;
  const auto inner = [&](std::string_view bytes) {
    const Position position = place.position + (place.length - bytes.size());
    if (const Result<engine::Sent> copy = engine::decode_sent(bytes))
      bodies_[{copy->queue, copy->seq, position}] = copy->record;
  };
  if (const auto* relocated = std::get_if<engine::Relocated>(&fact)) inner(relocated->sent);
  if (const auto* relocated = std::get_if<engine::SharedBodyRelocated>(&fact))
    inner(relocated->body);
  if (const auto* published = std::get_if<engine::Published>(&fact)) inner(published->body);
}

void Judge::frame_taken(log::SharedFrame frame, const engine::Engine& engine) {
  CHECK(!in_flight_);
  observe(frame->payload, frame->position, frame->time);
  note(fmt::format("  frame {} of {} facts and {} bytes", frame->position.value(), frame->count,
                   frame->payload.size()));
  const std::uint64_t state = engine.state_hash(frame->time);
  in_flight_ = Taken{.frame = std::move(frame), .ledger = ledger_, .state = state};
}

void Judge::frame_durable() {
  CHECK(in_flight_);
  note(fmt::format("  frame {} is durable", in_flight_->frame->position.value()));
  durable_.push_back(in_flight_->frame);
  const auto spread = engine::decode_facts(
      in_flight_->frame->payload, [&](const engine::Fact& fact, engine::FactPlace) {
        if (const auto* published = std::get_if<engine::Published>(&fact)) durable(*published);
        report(Law::deliveries, deliveries_.durable(fact));
      });
  if (!spread) report(Law::facts, spread.error().message);
  expect(*in_flight_->frame);
  last_durable_ = *std::exchange(in_flight_, std::nullopt);
}

// Unlawful facts may be impossible to apply.
void Judge::expect(const log::Frame& frame) {
  if (violation_ || blind_to_.contains(Law::replay)) return;
  const auto decoded =
      engine::decode_facts(frame.payload, [&](const engine::Fact& fact, engine::FactPlace place) {
        expected_->apply(fact, {.position = frame.position + place.offset, .length = place.length});
      });
  if (!decoded) report(Law::replay, decoded.error().message);
}

Position Judge::durable_end() const {
  return durable_.empty() ? Position() : end_of(*durable_.back());
}

void Judge::quiet(const engine::Engine& engine, Commit commit, Instant now) {
  if (has_given_up()) return;
  // What calls have changed since a frame left is told with the next one: who waits for it may be
  // asked when that can follow.
  const Ledger& then = in_flight_ ? in_flight_->ledger : last_durable_.ledger;
  for (const auto& [command, queue] : waiting_) {
    if (!ledger_.would_answer(queue, now)) continue;
    if (commit == Commit::under_way && !ledger_.is_as_before(then, queue)) {
      meet("who waited was deferred");
    } else {
      report(Law::waiting, fmt::format("command {} waits although there is something", command));
    }
  }
  if (!is_current_) return;
  const auto named = static_cast<std::size_t>(std::ranges::count_if(
      ledger_.queues(), [](const auto& each) { return !is_delivery(each.second); }));
  if (engine.queue_names().size() != named || engine.message_count() != ledger_.message_count())
    return report(Law::facts, "the engine holds other queues or messages than the ledger");
  for (const auto& [id, queue] : ledger_.queues()) {
    if ((engine.find_queue(queue.name) == nullptr) != is_delivery(queue) ||
        engine.find_queue(id) == nullptr)
      return report(Law::facts, "the engine lacks a queue");
    if (engine.find_queue(id)->is_moving() != queue.task.has_value())
      report(Law::facts, fmt::format("queue {} has another task than it should", queue.name.name));
    if (Ledger::task_waits_for_parked(queue)) meet("a task waited for a parked conversation");
    if (ledger_.has_overdue_move(queue, now))
      report(Law::waiting, fmt::format("the task of queue {} does not go on", queue.name.name));
    if (!is_same(engine.counts(id), ledger_.counts(id, now)))
      report(Law::facts, fmt::format("the engine counts queue {} wrongly", queue.name.name));
  }
  check_topics(engine);
}

// --- Around a restart, and at the end.

void Judge::recovered(const std::vector<log::Frame>& frames,
                      const std::optional<log::CheckpointSpan>& checkpoint,
                      const engine::Engine& engine,
                      Instant retention_starts) {
  const Position begin = checkpoint ? checkpoint->begin : Position();
  const auto trimmed = static_cast<std::size_t>(std::ranges::count_if(
      durable_, [&](const log::SharedFrame& each) { return each->position < begin; }));
  note(fmt::format("recovered {} frames, from {} on", frames.size(), begin.value()));
  if (checkpoint) meet("a start found a checkpoint");
  for (const auto& [name, queue] : engine.queue_names()) {
    if (engine.counts(queue).parked > 0) meet("a start found a parked conversation");
  }
  if (in_flight_ && trimmed + frames.size() == durable_.size() + 1) {
    meet("a frame in flight survived a crash");
    frame_durable();
  } else if (in_flight_) {
    meet("a frame in flight was lost");
  }
  in_flight_.reset();
  waiting_.clear();
  for (const auto& [command, answer] : answers_) {
    if (answer.needed > durable_end()) undone_.insert(command);
  }
  answers_.clear();
  if (!check_frames(frames, trimmed)) return;
  for (const auto& [text, publishing] : publications_) check_spread(text, Demand::whole_or_absent);
  if (told_end_ > durable_end()) report(Law::loss, "what a client was told is gone");
  ledger_ = last_durable_.ledger;
  ledger_.suspend_retention(retention_starts);
  observed_end_ = durable_end();
  for (const auto& [id, queue] : ledger_.queues()) {
    if (queue.task) meet("a task was there at a start");
  }
  for (const auto& [id, topic] : ledger_.topics()) {
    if (checkpoint && !topic.subscriptions.empty()) meet("a start found a topic in a checkpoint");
  }
  if (!blind_to_.contains(Law::replay))
    check_state(engine, checkpoint ? checkpoint->time : Instant());
}

bool Judge::check_frames(const std::vector<log::Frame>& frames, std::size_t trimmed) {
  if (is_last_excused_ && trimmed + frames.size() + 1 == durable_.size()) {
    meet("a harmed last frame was taken for a torn one");
    has_given_up_ = true;
    return false;
  }
  if (trimmed + frames.size() != durable_.size()) {
    report(Law::loss,
           fmt::format("{} frames were durable and {} of them trimmed, {} are in the log",
                       durable_.size(), trimmed, frames.size()));
    return false;
  }
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const log::Frame& expected = *durable_[trimmed + i];
    if (frames[i].position == expected.position && frames[i].payload == expected.payload &&
        frames[i].time == expected.time)
      continue;
    report(Law::loss, fmt::format("frame {} is not what was appended", i));
    return false;
  }
  return true;
}

// Against an engine that was given all frames as they were when they were taken, and against the
// state of the one that decided them, at the end of the last frame. A checkpoint has forgotten what
// was too old when it was taken.
void Judge::check_state(const engine::Engine& engine, Instant not_before) {
  if (durable_.empty()) return;
  const Instant then = std::max(durable_.back()->time, not_before);
  if (engine.state_hash(then) != expected_->state_hash(then))
    report(Law::replay, "the replayed state is not that of the facts in the log");
  if (then == durable_.back()->time && engine.state_hash(then) != last_durable_.state)
    report(Law::replay, "the replayed state is not the one that made the facts");
}

void Judge::refused(const Error& why, std::string_view directory) {
  note("refused: " + why.message);
  meet("damage was refused at the start");
  if (!why.message.contains(directory))
    report(Law::damage, "a start was refused without saying where the damage is: " + why.message);
}

void Judge::check_kept(QueueId queue, Seq seq, const Result<std::string>& bytes) {
  const LedgerMessage& kept = *ledger_.find(queue, seq);
  const Result<engine::Sent> sent =
      bytes ? engine::decode_sent(*bytes) : std::unexpected(bytes.error());
  // What a reader checks before it shows a body.
  const auto [owner, number] = owner_of(kept);
  if (!sent || sent->queue != owner || sent->seq != number)
    return meet(kept.share ? "a damaged shared body was noticed" : "a damaged body was noticed");
  const auto expected = bodies_.find({owner, number, kept.place.position});
  if (expected == bodies_.end() || expected->second != sent->record)
    report(Law::damage, fmt::format("message {} would be given another body", seq.value()));
}

void Judge::drained(const engine::Engine& engine) {
  if (ledger_.message_count() > 0 || engine.message_count() > 0)
    report(Law::drain, fmt::format("{} messages cannot be received",
                                   std::max(ledger_.message_count(), engine.message_count())));
  if (engine.live_bytes().total() > 0)
    report(Law::drain, "bodies count as live that no message has");
}

}  // namespace mailrail::sim
