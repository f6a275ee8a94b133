#include "ops/verify_store.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/size.h"
#include "broker/replay.h"
#include "ops/findings_text.h"
#include "ops/replayed_log.h"
#include "ops/state.h"

namespace mailrail::ops {
namespace {

class Verifier {
 public:
  Verifier(log::SharedLog& log, std::uint64_t hash_seed, Progress& progress)
      : log_(log), engine_(hash_seed), progress_(progress) {}

  Result<VerifiedStore> verify(const Pause& pause) {
    verified_.has_checkpoint = log_.checkpoint().has_value();
    if (const Result<void> replayed = replay(pause); !replayed) {
      TRY(note_damage(replayed.error()));
      return std::move(verified_);
    }
    if (!engine_.is_founded())
      return fail(errors::unusable, "There is nothing to verify: no server has begun this log.");
    verified_.queues = engine_.queue_names().size();
    total_bytes_ = engine_.live_bytes().total();
    const auto look = [&](const engine::CheckpointRecord& record) { return look_at(record); };
    TRY(visit_state(engine_, look));
    TRY(read_batch());
    return std::move(verified_);
  }

 private:
  Result<void> replay(const Pause& pause) {
    const FrameVisit count = [this](const log::Frame&) -> Result<void> {
      verified_.frames += 1;
      return {};
    };
    TRY(broker::replay(log_, engine_, count));
    const FrameVisit apply = [&](const log::Frame& frame) -> Result<void> {
      TRY(count(frame));
      return broker::replay(log_, engine_, frame);
    };
    TRY(expect_unused(log_, apply, pause));
    return {};
  }

  // Damage is a finding; that something could not be read otherwise is none.
  Result<void> note_damage(const Error& error) {
    if (error.kind != &errors::corrupt) return std::unexpected(error);
    verified_.findings.add({.what = error.message});
    return {};
  }

  Result<void> look_at(const engine::CheckpointRecord& record) {
    const auto* kept = std::get_if<engine::KeptMessages>(&record);
    if (kept == nullptr) return {};
    for (const engine::KeptMessage& each : kept->messages) TRY(look_at(kept->queue, each));
    return {};
  }

  Result<void> look_at(QueueId queue, const engine::KeptMessage& message) {
    verified_.messages += 1;
    if (message.is_damaged) {
      verified_.findings.add(
          {.what = name_of(engine_, queue, message.seq) + " is marked as damaged"});
      return {};
    }
    if (message.share && !read_.insert(message.share->publication).second) return {};
    batch_.add(queue, message);
    return batch_.is_full() ? read_batch() : Result<void>();
  }

  Result<void> read_batch() {
    for (const Result<std::string>& each : batch_.read()) {
      if (!each) TRY(note_damage(each.error()));
      verified_.body_bytes += each ? each->size() : 0;
    }
    progress_.at(verified_.body_bytes, std::max(total_bytes_, verified_.body_bytes));
    return {};
  }

  log::SharedLog& log_;
  engine::Engine engine_;
  Progress& progress_;
  VerifiedStore verified_;
  std::uint64_t total_bytes_ = 0;
  const ReplayedLog replayed_{.engine = engine_, .log = log_};
  Batch batch_{replayed_};
  std::set<Seq> read_;  // Publications.
};

}  // namespace

Result<VerifiedStore> verify(log::SharedLog& log,
                             std::uint64_t hash_seed,
                             const Pause& pause,
                             Progress& progress) {
  return Verifier(log, hash_seed, progress).verify(pause);
}

std::string text_of(const VerifiedStore& verified, const std::string& name) {
  std::string text = fmt::format("{}\n", name);
  text += fmt::format("  {:<12}{}\n", "log", counted(verified.frames, "frame"));
  text += fmt::format("  {:<12}{}\n", "checkpoint", verified.has_checkpoint ? "read" : "none");
  text += fmt::format("  {:<12}{}, {}, {}\n", "state", counted(verified.queues, "queue"),
                      counted(verified.messages, "message"), size_text(verified.body_bytes));
  if (verified.is_whole())
    return text + "\nWhole: every message can be read, and a server starts on it.\n";
  text += fmt::format("\nDamaged, {}:\n", counted(verified.findings.count, "finding"));
  return text + text_of(verified.findings);
}

}  // namespace mailrail::ops
