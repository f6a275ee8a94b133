#include "ops/tolerant_replay.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "engine/fact_codec.h"
#include "log/frame.h"
#include "ops/possible.h"

namespace mailrail::ops {

using engine::Body;
using engine::KeptMessage;
using engine::QueueAttributes;
using engine::QueueName;

namespace {

// All facts are passed over that do not fit.
constexpr Position never_exact{~std::uint64_t{0}};
// What is forgotten after a while is forgotten that often.
constexpr Duration step = 30s;

KeptMessage message_of(const engine::Sent& fact, const Body& body) {
  return {.seq = fact.seq,
          .body = body,
          .sent = fact.at,
          .delay_seconds = fact.delay_seconds,
          .group = fact.group};
}

KeptMessage message_of(const engine::Moved& fact) {
  return {.seq = fact.seq,
          .body = fact.body,
          .sent = fact.sent,
          .group = fact.group,
          .delivery = engine::KeptDelivery{.first_received = fact.first_received,
                                           .origin_queue = fact.origin_queue,
                                           .origin_seq = fact.origin_seq,
                                           .receive_count = fact.receive_count,
                                           .redrives = fact.redrives},
          .share = fact.share};
}

KeptMessage message_of(const engine::Redriven& fact) {
  return {.seq = fact.seq,
          .body = fact.body,
          .sent = fact.at,
          .group = fact.group,
          .delivery = engine::KeptDelivery{.origin_queue = fact.origin_queue,
                                           .origin_seq = fact.origin_seq,
                                           .redrives = fact.redrives},
          .share = fact.share};
}

}  // namespace

std::string_view text_of(Misfit misfit) {
  switch (misfit) {
    case Misfit::unknown_queue:
      return "a queue that is not there is named";
    case Misfit::message_not_there:
      return "a message that is not there is named";
    case Misfit::message_there_twice:
      return "a message is there twice";
    case Misfit::queue_there_twice:
      return "a queue is there twice";
    case Misfit::out_of_order:
      return "a message is not newer than those before it";
    case Misfit::task_out_of_turn:
      return "a move task goes on that does not run, or starts beside another";
    case Misfit::unknown_conversation:
      return "a conversation that is not there, or not parked, is named";
    case Misfit::unknown_topic:
      return "a topic or subscription that is not there is named";
    case Misfit::topic_there_twice:
      return "a topic or subscription is there twice";
    case Misfit::stray_delivery_queue:
      return "a delivery queue is not its subscription's, or outlives it";
    case Misfit::impossible:
      return "a value is impossible";
  }
  CHECK(false);
}

TolerantReplay::TolerantReplay(Log log, std::uint64_t hash_seed)
    : log_(std::move(log)), engine_(hash_seed) {
  engine_.restored_through(never_exact);
}

void TolerantReplay::end_checkpoint(Checkpoint how_much, Position exact_from) {
  checkpoint_ = how_much;
  exact_from_ = exact_from;
  knows_first_seq_ = how_much == Checkpoint::whole && exact_from != never_exact;
  if (how_much != Checkpoint::whole) {
    newest_ = Seq(0);
    return;
  }
  for (const engine::SweptQueue& each : swept_) engine_.restore(each);
}

std::optional<Misfit> TolerantReplay::apply(const engine::Fact& fact, const Body& place) {
  return counted(std::visit([&](const auto& each) { return on(each, place); }, fact));
}

TolerantReplay::Outcome TolerantReplay::on(const engine::Founded& fact, const Body& place) {
  if (engine_.is_founded()) {
    // The first fact of a log whose checkpoint begins behind it, but can't be read whole.
    const bool may_be_known = checkpoint_ == Checkpoint::partial && !is_exact(place);
    return may_be_known ? std::nullopt : Outcome(Misfit::out_of_order);
  }
  engine_.apply(fact, place);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::QueueCreated& fact, const Body& place) {
  if (!is_possible(fact.queue) || !is_possible(fact.at) || !is_possible(fact.attributes))
    return Misfit::impossible;
  if (!has_queue(fact.queue) && is_gone(fact.queue)) return std::nullopt;
  const Outcome misfit = misfit_of_delivery_queue(fact.queue, fact.attributes);
  if (misfit == Misfit::queue_there_twice) return misfit;
  forget_owner_of(fact.name, fact.queue);
  if (!has_queue(fact.queue)) {
    engine_.apply(fact, place);
    return misfit;
  }
  if (!invented_.erase(fact.queue)) {
    return checkpoint_ == Checkpoint::absent || is_exact(place) ? Outcome(Misfit::queue_there_twice)
                                                                : std::nullopt;
  }
  found_[fact.queue] = {.name = fact.name, .created_at = fact.at};
  engine_.apply(
      engine::QueueChanged{
          .queue = fact.queue, .at = fact.at, .attributes = fact.attributes, .tags = fact.tags},
      place);
  return misfit;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::QueueChanged& fact, const Body& place) {
  if (!is_possible(fact.queue) || !is_possible(fact.at) || !is_possible(fact.attributes))
    return Misfit::impossible;
  if (!has_queue(fact.queue)) {
    engine::QueueAttributes attributes = fact.attributes;
    attributes.subscription = {};
    if (!is_gone(fact.queue)) invent(fact.queue, std::move(attributes));
    return Misfit::unknown_queue;
  }
  const engine::Queue& queue = *engine_.find_queue(fact.queue);
  if (queue.attributes.subscription != fact.attributes.subscription) return Misfit::impossible;
  if (!is_exact(place) && fact.at < queue.changed_at) return std::nullopt;
  engine_.apply(fact, place);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::QueueDeleted& fact, const Body& place) {
  if (!is_possible(fact.at)) return Misfit::impossible;
  deleted_.insert(fact.queue);
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  invented_.erase(fact.queue);
  found_.erase(fact.queue);
  forget_lost(fact.queue, Seq(~std::uint64_t{0}));
  engine_.apply(fact, place);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::Purged& fact, const Body& place) {
  if (!is_possible(fact.below_seq) || !is_possible(fact.at)) return Misfit::impossible;
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  if (fact.below_seq < engine_.find_queue(fact.queue)->purged_below) return std::nullopt;
  forget_lost(fact.queue, fact.below_seq);
  engine_.apply(fact, place);
  return fact.below_seq > newest_ ? std::nullopt : Outcome(Misfit::out_of_order);
}

TolerantReplay::Outcome TolerantReplay::on(const engine::Sent& fact, const Body& place) {
  const KeptMessage message = message_of(fact, place);
  if (!is_possible(fact.queue) || !is_possible(message)) return Misfit::impossible;
  const Outcome order = note_newest(fact.seq);
  Outcome outcome;
  if (!has_queue(fact.queue)) {
    outcome = Misfit::unknown_queue;
    if (is_gone(fact.queue)) return outcome;
    invent(fact.queue, {.retention = retention_of_invented,
                        .is_fifo = static_cast<bool>(fact.deduplication_key)});
  }
  if (is_exact(place) && has_message(fact.queue, fact.seq)) outcome = Misfit::message_there_twice;
  engine_.apply(fact, place);
  return outcome ? outcome : order;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::Leased& fact, const Body& place) {
  if (!is_possible(fact.until) || !is_possible(fact.started) || !is_possible(fact.first_received))
    return Misfit::impossible;
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  const bool is_there = has_message(fact.queue, fact.seq);
  engine_.apply(fact, place);
  return is_there || !is_exact(place) ? std::nullopt : Outcome(Misfit::message_not_there);
}

TolerantReplay::Outcome TolerantReplay::on(const engine::Removed& fact, const Body& place) {
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  const bool are_there = std::ranges::all_of(fact.seqs, [&](Seq each) {
    return has_message(fact.queue, each) || lost_.erase({fact.queue, each}) > 0;
  });
  engine_.apply(fact, place);
  return are_there || !is_exact(place) ? std::nullopt : Outcome(Misfit::message_not_there);
}

TolerantReplay::Outcome TolerantReplay::on(const engine::Moved& fact, const Body& place) {
  return move(fact, place);
}

// If its task is not known the message is moved all the same.
TolerantReplay::Outcome TolerantReplay::on(const engine::Redriven& fact, const Body& place) {
  if (!is_possible(fact.lag)) return Misfit::impossible;
  const bool runs = fact.task == Seq() || is_running(fact.from, fact.task);
  const Outcome moved = move(fact, place);
  return moved || runs ? moved : Outcome(Misfit::task_out_of_turn);
}

template <class Fact>
TolerantReplay::Outcome TolerantReplay::move(const Fact& fact, const Body& place) {
  KeptMessage message = message_of(fact);
  if (!is_possible(fact.to) || !is_possible(message) || !is_possible(fact.from_seq))
    return Misfit::impossible;
  const Outcome order = note_newest(fact.seq);
  const bool was_there = has_queue(fact.from) && has_message(fact.from, fact.from_seq);
  Outcome outcome = was_there || !is_exact(place) ? order : Misfit::message_not_there;
  if (!has_queue(fact.from) || !has_queue(fact.to)) outcome = Misfit::unknown_queue;
  const bool can_apply = has_queue(fact.from) && has_queue(fact.to) && is_readable(fact.body);
  if (can_apply) {
    if (is_exact(place) && has_message(fact.to, fact.seq)) outcome = Misfit::message_there_twice;
    const engine::Queue& from = *engine_.find_queue(fact.from);
    const engine::Queue& target = *engine_.find_queue(fact.to);
    const bool is_possible_move =
        fact.from != fact.to && from.attributes.is_fifo == target.attributes.is_fifo;
    engine_.apply(fact, place);
    return outcome || is_possible_move ? outcome : Outcome(Misfit::impossible);
  }
  const engine::Queue* to = engine_.find_queue(fact.to);
  const bool was_swept = to != nullptr && !is_exact(place) && fact.seq <= to->swept_through;
  if (!is_gone(fact.to) && !was_swept) {
    const Outcome added = add(fact.to, message);
    if (added && is_exact(place)) outcome = added;
  }
  lost_.erase({fact.from, fact.from_seq});
  if (was_there) engine_.apply(engine::Removed{.queue = fact.from, .seqs = {fact.from_seq}}, place);
  return outcome;
}

// If the message is not known, although it must have been, this is all that is left of it.
TolerantReplay::Outcome TolerantReplay::on(const engine::Relocated& fact, const Body& place) {
  const auto sent = engine::decode_sent(fact.sent);
  if (!is_possible(fact.queue) || !is_possible(fact.seq) || !sent) return Misfit::impossible;
  if (has_queue(fact.queue) && has_message(fact.queue, fact.seq)) {
    if (engine_.body_of(fact.queue, fact.seq)->length != fact.sent.size())
      return Misfit::impossible;
    engine_.apply(fact, place);
    return std::nullopt;
  }
  if (checkpoint_ == Checkpoint::whole && !is_exact(place)) return std::nullopt;  // Gone by then.
  if (!has_queue(fact.queue) && is_gone(fact.queue)) return Misfit::unknown_queue;
  const auto length = static_cast<std::uint32_t>(fact.sent.size());
  KeptMessage message =
      message_of(*sent, {.position = place.position + (place.length - length), .length = length});
  if (sent->queue != fact.queue || sent->seq != fact.seq) {
    message.seq = fact.seq;
    message.delivery = engine::KeptDelivery{.origin_queue = sent->queue, .origin_seq = sent->seq};
  }
  lost_.erase({fact.queue, fact.seq});
  const Outcome added = add(fact.queue, message);
  return added ? added : Outcome(Misfit::message_not_there);
}

TolerantReplay::Outcome TolerantReplay::on(const engine::Damaged& fact, const Body& place) {
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  engine_.apply(fact, place);
  return std::nullopt;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::MoveTaskStarted& fact, const Body& place) {
  if (!is_possible(fact.task) || !is_possible(fact.at)) return Misfit::impossible;
  const Outcome order = note_newest(fact.task);
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  const engine::Queue& queue = *engine_.find_queue(fact.queue);
  const bool is_newer = queue.move_tasks.empty() || queue.move_tasks.back().id < fact.task;
  if (!is_newer) return Misfit::task_out_of_turn;
  const bool is_first = !queue.is_moving();
  // What is known of another task that is running is then incomplete: it has ended.
  if (!is_first)
    engine_.apply(engine::MoveTaskEnded{.queue = fact.queue, .task = queue.move_tasks.back().id},
                  place);
  engine_.apply(fact, place);
  return is_first ? order : Misfit::task_out_of_turn;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::MoveTaskEnded& fact, const Body& place) {
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  if (!is_running(fact.queue, fact.task)) return Misfit::task_out_of_turn;
  engine_.apply(fact, place);
  return std::nullopt;
}

// The engine passes over what is missing; a start would stop there.
TolerantReplay::Outcome TolerantReplay::if_objected(Misfit misfit,
                                                    const engine::Fact& fact,
                                                    const Body& place) {
  engine_.restored_through(exact_from_);
  const bool fits = engine_.objection_to(fact, place).empty();
  engine_.restored_through(never_exact);
  return fits ? std::nullopt : Outcome(misfit);
}

// One that nothing is left of is not kept parked.
TolerantReplay::Outcome TolerantReplay::on(const engine::ConversationParked& fact,
                                           const Body& place) {
  if (!is_possible(fact.at)) return Misfit::impossible;
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  if (!engine_.objection_to(fact, place).empty()) return Misfit::impossible;
  const Outcome outcome = if_objected(Misfit::unknown_conversation, fact, place);
  engine_.apply(fact, place);
  return outcome;
}

TolerantReplay::Outcome TolerantReplay::on(const engine::ConversationUnparked& fact,
                                           const Body& place) {
  if (!has_queue(fact.queue)) return Misfit::unknown_queue;
  if (!engine_.objection_to(fact, place).empty()) return Misfit::impossible;
  const Outcome outcome = if_objected(Misfit::unknown_conversation, fact, place);
  engine_.apply(fact, place);
  return outcome;
}

void TolerantReplay::advance(Instant now) {
  if (!is_possible(now) || now < advanced_ + step) return;
  advanced_ = now;
  while (!engine_.advance(now)) {
  }
  engine_.take_woken();
}

void TolerantReplay::found(const std::array<char, 32>& secret, Instant now) {
  engine_.apply(engine::Founded{.at = now, .secret = secret}, {});
}

// --- Adding what is whole.

TolerantReplay::Outcome TolerantReplay::add(QueueId queue, const KeptMessage& message) {
  if (!is_possible(queue) || !is_possible(message)) return Misfit::impossible;
  const bool is_known = has_queue(queue);
  if (is_known && has_message(queue, message.seq)) return Misfit::message_there_twice;
  if (!is_readable(message.body)) {
    lost_[{queue, message.seq}] = {
        .queue = queue,
        .seq = message.seq,
        .origin_queue = message.delivery ? message.delivery->origin_queue : queue,
        .origin_seq = message.delivery ? message.delivery->origin_seq : message.seq,
        .redrives = message.delivery ? message.delivery->redrives : std::uint16_t{0}};
    return is_known ? std::nullopt : Outcome(Misfit::unknown_queue);
  }
  newest_of_all_ = std::max(newest_of_all_, message.seq);
  if (!is_known) invent_for(queue, message);
  engine_.restore(engine::KeptMessages{.queue = queue, .messages = {message}});
  return is_known ? std::nullopt : Outcome(Misfit::unknown_queue);
}

void TolerantReplay::forget_lost(QueueId queue, Seq below) {
  lost_.erase(lost_.lower_bound({queue, Seq(0)}), lost_.lower_bound({queue, below}));
}

bool TolerantReplay::is_gone(QueueId queue) const {
  if (deleted_.contains(queue)) return true;
  return checkpoint_ == Checkpoint::whole && queue <= last_queue_ && !has_queue(queue);
}

bool TolerantReplay::has_message(QueueId queue, Seq seq) const {
  return engine_.body_of(queue, seq).has_value();
}

bool TolerantReplay::is_running(QueueId queue, Seq task) const {
  const engine::Queue* found = engine_.find_queue(queue);
  return found != nullptr && found->is_moving() && found->move_tasks.back().id == task;
}

bool TolerantReplay::is_readable(const Body& body) const {
  return body.length > 0 && body.length <= log::frame_bytes_max && log_.has_segment(body.position);
}

// Whether it was a FIFO queue is known by its messages: only theirs have a deduplication id.
void TolerantReplay::invent_for(QueueId queue, const KeptMessage& message) {
  const std::string bytes = log_.read(message.body);
  const auto sent = engine::decode_sent(bytes);
  // A FIFO topic's also come to standard queues, but without their group.
  const bool has_key =
      sent && sent->deduplication_key && (!message.share || !message.group.empty());
  const bool is_fifo = sent ? has_key : !message.group.empty();
  invent(queue, {.retention = retention_of_invented, .is_fifo = is_fifo});
}

void TolerantReplay::invent(QueueId queue, QueueAttributes attributes) {
  QueueName name = invented_name(
      queue, attributes.is_fifo ? engine::QueueType::fifo : engine::QueueType::standard);
  // At no time, so that whatever is found of it is newer.
  engine_.apply(
      engine::QueueCreated{
          .queue = queue, .at = {}, .name = name, .attributes = std::move(attributes), .tags = {}},
      {});
  invented_names_[name] = queue;
  invented_[queue] = std::move(name);
}

QueueName TolerantReplay::invented_name(QueueId queue, engine::QueueType type) const {
  QueueName name{.region = "us-east-1",
                 .account = "000000000000",
                 .name = fmt::format("salvaged-{}", queue.value())};
  const std::string_view suffix = type == engine::QueueType::fifo ? ".fifo" : "";
  while (engine_.find_queue({name.region, name.account, name.name + std::string(suffix)}) !=
         nullptr)
    name.name += "-again";
  name.name += suffix;
  return name;
}

// Another queue can only have got the name because the one before was deleted.
void TolerantReplay::forget_owner_of(const QueueName& name, QueueId but) {
  QueueId owner;
  if (const engine::Queue* queue = engine_.find_queue(name)) owner = queue->id;
  for (const auto& [queue, found] : found_) {
    if (found.name == name) owner = queue;
  }
  if (owner != QueueId(0) && owner < but) on(engine::QueueDeleted{.queue = owner}, {});
}

engine::KeptQueue TolerantReplay::corrected(engine::KeptQueue queue) const {
  if (invented_.contains(queue.queue)) queue.created_at = queue.changed_at = advanced_;
  const auto found = found_.find(queue.queue);
  if (found == found_.end()) return queue;
  queue.name = found->second.name;
  queue.created_at = found->second.created_at;
  return queue;
}

QueueName TolerantReplay::corrected(const QueueName& name) const {
  const auto owner = invented_names_.find(name);
  if (owner == invented_names_.end()) return name;
  const auto found = found_.find(owner->second);
  return found == found_.end() ? name : found->second.name;
}

TolerantReplay::Outcome TolerantReplay::note_newest(Seq seq) {
  newest_of_all_ = std::max(newest_of_all_, seq);
  const bool is_newer = seq > newest_;
  // They are given without gaps, but for the one that a salvage leaves.
  const bool is_gap = seq > newest_ + 1 && seq < newest_ + seqs_skipped && knows_first_seq_;
  if (is_gap && missing_.size() < missing_seqs_max)
    missing_.push_back({.first = newest_ + 1, .last = Seq(seq.value() - 1)});
  knows_first_seq_ = true;
  newest_ = std::max(newest_, seq);
  return is_newer ? std::nullopt : Outcome(Misfit::out_of_order);
}

TolerantReplay::Outcome TolerantReplay::counted(Outcome outcome) {
  if (outcome) misfit_counts_[static_cast<std::size_t>(*outcome)] += 1;
  return outcome;
}

}  // namespace mailrail::ops
