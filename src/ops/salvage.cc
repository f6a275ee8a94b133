#include "ops/salvage.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "ops/new_directory.h"
#include "ops/state.h"
#include "ops/state_writer.h"

namespace mailrail::ops {
namespace {

// Like seqs_skipped; topics and subscriptions too.
constexpr std::uint32_t queues_skipped = 1 << 16;

log::FileLogOptions options_like(const log::Inspected& source) {
  log::FileLogOptions options;
  if (source.superblock) {
    options.segment_bytes = source.superblock->segment_bytes;
    options.payload_bytes_max = source.superblock->payload_bytes_max;
  }
  return options;
}

class Salvager {
 public:
  Salvager(Examination& examination, StateWriter& writer, Salvaged& salvaged)
      : examination_(examination), writer_(writer), salvaged_(salvaged) {}

  Result<void> run() {
    TRY(note_moved());
    for (const auto& [key, each] : examination_.replay().lost()) lose(each);
    bool is_first = true;
    return visit([&](const engine::CheckpointRecord& record) -> Result<void> {
      if (std::exchange(is_first, false))
        TRY(begin(std::get<engine::CheckpointBegin>(record)));
      else if (const auto* queue = std::get_if<engine::KeptQueue>(&record))
        TRY(writer_.add_record(corrected(*queue)));
      else if (const auto* messages = std::get_if<engine::KeptMessages>(&record))
        TRY(keep(*messages));
      else if (const auto* task = std::get_if<engine::KeptMoveTask>(&record))
        TRY(writer_.add_record(corrected(*task)));
      else
        TRY(writer_.add_record(record));
      return {};
    });
  }

 private:
  using Sent = std::pair<QueueId, Seq>;  // Where a message was first sent.

  static Sent sent_to(QueueId queue, const engine::KeptMessage& message) {
    const Origin origin = origin_of(queue, message);
    return {origin.queue, origin.seq};
  }

  template <class Visit>
  Result<void> visit(Visit visit) const {
    return visit_state(examination_.engine(), visit);
  }

  // A message is in one queue at a time. If the fact that moved it is lost, but not all that tells
  // of its new place, it seems to be in both: then it is where it came to last, if it can be read.
  Result<void> note_moved() {
    return visit([&](const engine::CheckpointRecord& record) -> Result<void> {
      const auto* kept = std::get_if<engine::KeptMessages>(&record);
      if (kept == nullptr) return {};
      for (const engine::KeptMessage& each : kept->messages) {
        const Sent origin = sent_to(kept->queue, each);
        if (origin == Sent(kept->queue, each.seq)) continue;
        if (!examination_.read(kept->queue, each).sent) continue;
        Seq& newest = moved_[origin];
        newest = std::max(newest, each.seq);
      }
      return {};
    });
  }

  bool was_moved_on(QueueId queue, const engine::KeptMessage& message) const {
    const auto moved = moved_.find(sent_to(queue, message));
    return moved != moved_.end() && moved->second > message.seq;
  }

  Result<void> begin(engine::CheckpointBegin record) {
    record.last_seq = std::max(record.last_seq, examination_.replay().newest());
    if (!salvaged_.is_all()) {
      record.last_seq = record.last_seq + seqs_skipped;
      record.last_queue = QueueId(record.last_queue.value() + queues_skipped);
      record.last_topic = TopicId(record.last_topic.value() + queues_skipped);
      record.last_subscription = SubscriptionId(record.last_subscription.value() + queues_skipped);
    }
    return writer_.begin(record);
  }

  engine::KeptMoveTask corrected(engine::KeptMoveTask task) {
    std::optional<engine::QueueName>& destination = task.task.destination;
    if (destination) destination = examination_.replay().corrected(*destination);
    return task;
  }

  engine::KeptQueue corrected(const engine::KeptQueue& queue) {
    if (!queue.attributes.is_delivery_queue()) salvaged_.queues += 1;
    return examination_.replay().corrected(queue);
  }

  Result<void> keep(const engine::KeptMessages& messages) {
    engine::KeptMessages kept{.queue = messages.queue, .messages = {}};
    for (const engine::KeptMessage& each : messages.messages) {
      if (was_moved_on(messages.queue, each)) continue;
      // What asked an endpoint to confirm is no message for anybody else.
      if (!each.share && examination_.replay().orphaned().contains(messages.queue)) continue;
      const ReadBody body = examination_.read(messages.queue, each);
      if (!body.sent) {
        examination_.findings().add(examination_.damage_of(body));
        lose(body.identity);
        continue;
      }
      engine::KeptMessage moved = each;
      moved.is_damaged = false;  // It could be read after all.
      moved.body = TRY(writer_.add_body(messages.queue, each, *body.sent));
      if (moved.share) moved.share->is_body_damaged = false;
      if (moved.delivery && moved.delivery->source)
        moved.delivery->source = examination_.replay().corrected(*moved.delivery->source);
      kept.messages.push_back(std::move(moved));
    }
    salvaged_.messages += kept.messages.size();
    if (kept.messages.empty()) return {};
    return writer_.add_record(kept);
  }

  void lose(const LostMessage& message) {
    salvaged_.lost_messages += 1;
    if (!salvaged_.lost.contains(message.queue) && salvaged_.lost.size() >= lost_queues_max) return;
    LostOfQueue& lost = salvaged_.lost[message.queue];
    lost.count += 1;
    if (lost.queue.empty()) {
      const engine::Queue* queue = examination_.engine().find_queue(message.queue);
      lost.queue = queue == nullptr
                       ? fmt::format("number {}, the name of which is lost", message.queue.value())
                       : examination_.replay().corrected(queue->name).name;
    }
    if (lost.listed.size() < lost_listed_max) {
      lost.listed.push_back(
          fmt::format("{} ({})", engine::sequence_number(message.seq),
                      examination_.engine().identity().message_id(
                          message.origin_queue, message.origin_seq, message.redrives)));
    }
  }

  Examination& examination_;
  StateWriter& writer_;
  Salvaged& salvaged_;
  std::map<Sent, Seq> moved_;  // Where messages came to last that were moved.
};

}  // namespace

Result<Salvaged> salvage(log::Disk& from, log::Disk& to, Random& random, Progress& progress) {
  TRY(log::expect_empty(to));  // Told now, not after all was read.
  const auto examination = TRY(Examination::run(from, random.next(), progress));
  TolerantReplay& replay = examination->replay();
  const Instant time = std::max(examination->inspected().last_time.value_or(Instant{}), Instant{});
  Salvaged salvaged{.inspected = examination->inspected(),
                    .facts = examination->facts(),
                    .records = examination->records(),
                    .has_lost_facts = examination->has_lost_facts(),
                    .has_lost_state = examination->has_lost_state()};
  if (!examination->engine().is_founded()) {
    std::array<char, 32> secret;
    for (char& each : secret) each = static_cast<char>(random.below(256));
    replay.found(secret, time);
    salvaged.has_new_secret = examination->findings().count > 0;
  }
  replay.settle_deliveries(random);
  for (const auto& [queue, name] : replay.invented()) salvaged.invented.push_back(name.name);
  for (const auto& [queue, name] : replay.orphaned()) salvaged.orphaned.push_back(name.name);
  if (salvaged.has_lost_facts) salvaged.missing = replay.missing();
  salvaged.misfits_passed_over = replay.misfit_counts();

  const auto made = TRY(NewDirectory::begin(to, random, options_like(examination->inspected()),
                                            log::MadeBy::salvage));
  StateWriter writer(made->log(), {.time = time});
  TRY(Salvager(*examination, writer, salvaged).run());
  TRY(writer.finish());
  TRY(made->finish());
  salvaged.body_bytes = writer.body_bytes();
  salvaged.findings = examination->findings();
  return salvaged;
}

}  // namespace mailrail::ops
