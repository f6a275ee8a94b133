#include "ops/move_log.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/size.h"
#include "broker/replay.h"
#include "ops/findings_text.h"

namespace mailrail::ops {
namespace {

// So often both are kept: before a lease could run out.
constexpr std::uint64_t kept_bytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kept_steps = 1000;

class Mover {
 public:
  Mover(SourceLog& from, Progress& progress) : from_(from), progress_(progress) {}

  Result<Copied> move(const MakeTarget& make_target, std::uint64_t hash_seed) {
    engine::Engine engine(hash_seed);
    const Instant time = TRY(from_.replay(engine));
    if (!engine.is_founded())
      return fail(errors::unusable, "There is nothing to move: no server has begun this log.");
    const ReplayedLog source{.engine = engine, .log = from_.log()};
    to_ = TRY(make_target());
    total_bytes_ = 2 * engine.live_bytes().total();
    const Step step = [this](std::uint64_t bytes) { return advance(bytes); };
    const StateWriterOptions options{.time = std::max(time, Instant{}),
                                     .frame_bytes = to_->frame_bytes()};
    const Copied copied = TRY(copy_log(source, to_->log(), options, step));

    log::LogStore* const written = TRY(to_->reopen());
    engine::Engine copy(hash_seed);
    TRY(broker::replay(*written, copy));
    TRY(expect_same(source, {.engine = copy, .log = *written}, step));
    TRY(from_.keep());  // What was copied is still all of it.
    TRY(to_->finish());
    return copied;
  }

 private:
  Result<void> advance(std::uint64_t bytes) {
    done_bytes_ += bytes;
    progress_.at(done_bytes_, total_bytes_);
    unkept_bytes_ += bytes;
    if (unkept_bytes_ < kept_bytes && ++unkept_steps_ < kept_steps) return {};
    unkept_bytes_ = 0;
    unkept_steps_ = 0;
    TRY(from_.keep());
    return to_->keep();
  }

  SourceLog& from_;
  std::unique_ptr<TargetLog> to_;
  Progress& progress_;
  std::uint64_t done_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;  // The least: what was purged lately may be in it.
  std::uint64_t unkept_bytes_ = 0;
  std::uint64_t unkept_steps_ = 0;
};

}  // namespace

Result<Copied> move_log(SourceLog& from,
                        const MakeTarget& make_target,
                        std::uint64_t hash_seed,
                        Progress& progress) {
  Result<Copied> copied = Mover(from, progress).move(make_target, hash_seed);
  const Result<void> left = from.finish();
  if (!copied) return copied;
  TRY(left);
  return copied;
}

std::string text_of(const Copied& copied) {
  const std::string damaged =
      copied.damaged == 0 ? "" : fmt::format(", {} of them damaged as before", copied.damaged);
  return fmt::format("{}, {} and {} ({}{})", counted(copied.queues, "queue"),
                     counted(copied.topics, "topic"), counted(copied.messages, "message"),
                     size_text(copied.body_bytes), damaged);
}

}  // namespace mailrail::ops
