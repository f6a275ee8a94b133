#include "broker/housekeeping.h"

#include <algorithm>

#include "base/check.h"
#include "base/seeded_bug.h"

namespace mailrail::broker {
namespace {

constexpr std::size_t looked_at_per_step = 1000;
constexpr int steps_per_take = 8;
// Rounds that found no space are tried again after this, and so are those that may find little.
constexpr Duration patience = 10s;

// In segments of the log: what is always left for facts, checkpoints and moving.
constexpr std::uint64_t reserve_units = 8;
constexpr std::uint64_t full_units = 5;   // With less than that left nothing more is stored.
constexpr std::uint64_t tight_units = 7;  // With less than that left rounds are short.
// What a round takes beside the bytes that it writes: the rest of the checkpoint's last segment,
// the log's next one, made ahead, and the frames that were being filled.
constexpr std::uint64_t round_units = 3;
// Over twice what lives and what a checkpoint of it takes. With more than that in use the log is
// too long, and rounds are short; spares go when all files take more than the second.
constexpr std::uint64_t long_units = 6;
constexpr std::uint64_t kept_units = 10;
constexpr std::uint64_t moved_units =
    2;  // A short round moves no more, or as much as a checkpoint.
constexpr std::uint64_t slack_units = 2;  // The log is never so short that this is worth cleaning.

// What a frame takes of the log beside its payload, on average: a header, and padding to a page.
constexpr std::uint64_t frame_overhead = 2112;

// About what a message takes in a checkpoint.
constexpr std::uint64_t checkpoint_bytes_per_message = 64;

// That proves nothing about what is on it.
bool has_disk_failed(const ReadBody& body) {
  return !body.bytes && body.bytes.error().kind != &errors::corrupt;
}

// The end of a segment stays empty where the longest frame does not fit: at most a quarter of it.
std::uint64_t with_empty_ends(std::uint64_t bytes) { return bytes + bytes / 3; }

}  // namespace

Housekeeping::Housekeeping(const engine::Engine& engine,
                           const log::LogStore& log,
                           const HousekeepingOptions& options)
    : engine_(engine),
      log_(log),
      options_(options),
      may_have_moved_(options.replayed_bytes > 0),
      grown_bytes_(options.replayed_bytes),
      checkpoint_bytes_(log.space().checkpoint_bytes),
      added_bytes_(log.space().log_bytes) {
  measure();
}

void Housekeeping::appended(std::uint64_t payload_bytes) {
  const std::uint64_t moved = std::exchange(moved_bytes_, 0);
  grown_bytes_ += payload_bytes + frame_overhead;
  added_bytes_ += moved > 0 ? payload_bytes - moved : payload_bytes + frame_overhead;
}

void Housekeeping::turn(engine::Engine& engine, engine::Turn& turn) {
  const std::size_t before = turn.facts.payload().size();
  for (ReadBody& each : read_) {
    const engine::OldBody& old = each.old;
    if (each.bytes) {
      engine.relocate(turn, old, *each.bytes);
      continue;
    }
    const engine::Queue* queue = engine.find_queue(old.queue);
    if (queue == nullptr && !old.publication) continue;
    // What is damaged would keep the log's front for ever.
    const bool is_news = has_disk_failed(each) || engine.mark_damaged(turn, old);
    if (is_news)
      unreadable_.push_back({.queue = queue == nullptr ? std::nullopt : std::optional(queue->name),
                             .message = old,
                             .why = std::move(each.bytes).error()});
  }
  read_.clear();
  moved_bytes_ += turn.facts.payload().size() - before;
}

std::optional<Chore> Housekeeping::take(Instant now, const End& end) {
  if (!last_round_) last_round_ = now;
  measure();
  has_more_ = false;
  wants_commit_ = false;
  if (is_under_way_ || has_facts()) return std::nullopt;
  if (not_before_ && now >= *not_before_) not_before_.reset();
  if (stage_ == Stage::idle && is_round_due(now, end)) begin_round(end);
  std::optional<Chore> chore;
  if (stage_ == Stage::cleaning) chore = clean();
  if (stage_ == Stage::before_sweep) begin_sweep(end);
  if (stage_ == Stage::sweeping) chore = sweep(now, end);
  if (stage_ == Stage::finishing) chore = finish_checkpoint(end);
  if (stage_ == Stage::trimming || (stage_ == Stage::idle && has_too_many_spares()))
    chore = Trim{.bytes_max = kept_bytes_max()};
  is_under_way_ = chore.has_value();
  return chore;
}

void Housekeeping::done(Instant now, ChoreDone done) {
  CHECK(is_under_way_);
  is_under_way_ = false;
  if (done.written == log::LogStore::Written::postponed) {
    stage_ = Stage::idle;
    goes_first_ = false;
    grown_bytes_ += grown_before_;
    not_before_ = now + patience;
    has_given_up_ = true;
    return;
  }
  if (stage_ == Stage::cleaning) {
    read_ = std::move(done.bodies);
    may_have_moved_ = true;
    // The log's front stays as long as a body there can't be read. No more is moved in this round;
    // its checkpoint needs none of that.
    if (std::ranges::any_of(read_, [](const ReadBody& each) { return has_disk_failed(each); }))
      stage_ = Stage::before_sweep;
  }
  if (stage_ == Stage::finishing) {
    stage_ = Stage::trimming;
    checkpoint_bytes_ = swept_bytes_;
    last_checkpoint_ = now;
    return;
  }
  if (stage_ != Stage::trimming || done.has_more) return;
  stage_ = Stage::idle;
  goes_first_ = false;
  may_have_moved_ = false;
  last_round_ = now;
  // What can't be moved now is tried again in the next pass.
  if (engine_.live_bytes().before(old_.before) > 0) pass_end_ = {};
  rounds_ += 1;
}

std::optional<Instant> Housekeeping::next_due() const {
  if (stage_ != Stage::idle || is_under_way_ || !last_round_) return std::nullopt;
  if (not_before_) return not_before_;
  if (const std::optional<Instant> next = next_pass()) return next;
  if (grown_bytes_ == 0 || grown_bytes_ < checkpoint_bytes_) return std::nullopt;
  return *last_round_ + options_.interval;
}

void Housekeeping::finish() {
  is_last_ = true;
  has_given_up_ = false;
  not_before_.reset();
  read_.clear();
  if (stage_ == Stage::cleaning) stage_ = Stage::before_sweep;
}

bool Housekeeping::is_done() const {
  return stage_ == Stage::idle && !is_under_way_ && (grown_bytes_ == 0 || has_given_up_);
}

std::uint64_t Housekeeping::next_checkpoint_bytes() const {
  return engine_.message_count() * checkpoint_bytes_per_message;
}

void Housekeeping::measure() {
  const log::Space space = log_.space();
  const std::uint64_t live = engine_.live_bytes().total();
  const std::uint64_t next = next_checkpoint_bytes();
  const std::uint64_t used = space.log_bytes + space.checkpoint_bytes + next;
  const std::uint64_t bound = options_.disk_bytes_max;
  const std::uint64_t reserve = 2 * next + reserve_units * space.unit_bytes;
  room_bytes_ = bound - std::min(bound, used);
  const bool lives_too_much = live + live / 3 + reserve > bound;
  is_too_long_ = !lives_too_much && room_bytes_ < full_units * space.unit_bytes;
  const std::uint64_t allowed = twice_bytes() + long_units * space.unit_bytes;
  allowed_bytes_ = allowed - std::min(allowed, used);
  is_disk_full_ = lives_too_much || room_bytes_ < full_units * space.unit_bytes;
  goes_first_ = is_tight() && stage_ != Stage::idle &&
                room_bytes_ < with_empty_ends(bytes_to_move()) + round_units * space.unit_bytes;
}

// Of what lives, and of what a checkpoint of it takes.
std::uint64_t Housekeeping::twice_bytes() const {
  return 2 * (engine_.live_bytes().total() + checkpoint_bytes_);
}

std::uint64_t Housekeeping::kept_bytes_max() const {
  return std::min(options_.disk_bytes_max, twice_bytes() + kept_units * log_.space().unit_bytes);
}

// The log may keep one, which it makes ahead.
bool Housekeeping::has_too_many_spares() const {
  const log::Space space = log_.space();
  return space.spare_bytes > space.unit_bytes && space.total() > kept_bytes_max();
}

std::uint64_t Housekeeping::bytes_to_move() const {
  return stage_ == Stage::cleaning ? engine_.live_bytes().before(old_.before) : 0;
}

bool Housekeeping::is_tight() const { return room_bytes_ < tight_units * log_.space().unit_bytes; }

bool Housekeeping::is_in_pass() const {
  const std::optional<Position> oldest = engine_.live_bytes().oldest();
  return oldest && engine::LiveBytes::stretch_after(*oldest) <= pass_end_;
}

// What died of all that there was when the last pass began or has come since then.
std::uint64_t Housekeeping::died_bytes() const {
  const std::uint64_t then = added_then_ + engine_.live_bytes().total();
  return added_bytes_ + live_then_ - std::min(added_bytes_ + live_then_, then);
}

// A segment's worth is enough, or where there is room, as much as a checkpoint takes. Where the
// log's length alone forbids to store more, whatever died may be what makes room, but all of the
// log is moved for it.
std::optional<Instant> Housekeeping::next_pass() const {
  const std::uint64_t died = died_bytes();
  if (!needs_passes() || is_in_pass() || died == 0) return std::nullopt;
  const std::uint64_t unit = log_.space().unit_bytes;
  if (died >= (is_tight() ? unit : std::max(unit, checkpoint_bytes_))) return last_round_;
  if (is_too_long_) return *last_round_ + patience;
  return std::nullopt;
}

bool Housekeeping::is_round_due(Instant now, const End& end) const {
  if (not_before_) return false;
  if (is_last_) return grown_bytes_ > 0;
  if (needs_passes() && is_in_pass() && clean_before(end)) return true;
  if (const std::optional<Instant> next = next_pass(); next && now >= *next) return true;
  if (grown_bytes_ == 0) return false;
  if (grown_bytes_ >= std::max(options_.log_bytes, 2 * checkpoint_bytes_)) return true;
  return grown_bytes_ >= checkpoint_bytes_ && now >= *last_round_ + options_.interval;
}

void Housekeeping::begin_round(const End& end) {
  if (needs_passes() && !is_in_pass()) {
    pass_end_ = end.durable;
    added_then_ = added_bytes_;
    live_then_ = engine_.live_bytes().total();
  }
  // What a round moved that did not come to its end takes its place twice until one does.
  const bool moves = !may_have_moved_ && !is_last_;
  const std::optional<Position> before = moves ? clean_before(end) : std::nullopt;
  stage_ = before ? Stage::cleaning : Stage::before_sweep;
  old_ = {.before = before.value_or(Position()), .bytes_max = options_.moved_bytes};
}

// In one round. What is moved takes its place twice until the round is over, and a quarter of each
// segment may stay unused. One segment can always be moved, or nothing would ever get better.
std::uint64_t Housekeeping::moved_bytes_max() const {
  const std::uint64_t unit = log_.space().unit_bytes;
  std::uint64_t most = moved_units * unit;
  if (!is_tight()) {
    const std::uint64_t usual = 2 * std::max(options_.log_bytes, grown_bytes_);
    most = std::max({most, checkpoint_bytes_, std::min(allowed_bytes_, usual)});
  }
  const std::uint64_t room = room_bytes_ - std::min(room_bytes_, round_units * unit);
  return std::clamp(room / 4 * 3, unit, most);
}

// Up to where the log's front should be emptied, if it is too long for what it holds.
std::optional<Position> Housekeeping::clean_before(const End& end) const {
  const engine::LiveBytes& live = engine_.live_bytes();
  const log::Space space = log_.space();
  const std::uint64_t enough = live.total() + live.total() / 3 + slack_units * space.unit_bytes;
  std::optional<Position> before = live.oldest();
  if (!before || space.log_bytes <= enough) return std::nullopt;
  // Only what is durable can be read.
  const Position last = needs_passes() && is_in_pass() ? pass_end_ : end.durable;
  const std::uint64_t moved_max = moved_bytes_max();
  const std::uint64_t too_long = space.log_bytes - enough;
  for (std::uint64_t freed = 0; freed < too_long; freed += space.unit_bytes) {
    const Position next = engine::LiveBytes::stretch_after(*before);
    if (next > last || live.before(next) > moved_max) break;
    before = next;
  }
  return live.before(*before) > 0 ? before : std::nullopt;
}

std::optional<Chore> Housekeeping::clean() {
  for (int step = 0; step < steps_per_take; ++step) {
    ReadBodies chore{.bodies = engine_.find_old_bodies(old_, looked_at_per_step), .holds = {}};
    if (!chore.bodies.empty()) {
      for (const engine::OldBody& each : chore.bodies)
        chore.holds.push_back(log_.hold(each.body.position));
      return chore;
    }
    if (old_.is_done) {
      stage_ = Stage::before_sweep;
      return std::nullopt;
    }
  }
  has_more_ = true;
  return std::nullopt;
}

// A sweep begins where a frame does: replay begins there.
void Housekeeping::begin_sweep(const End& end) {
  wants_commit_ = !end.is_open_empty;
  if (wants_commit_) return;
  stage_ = Stage::sweeping;
  finished_ = {.span = {.begin = end.open, .end = end.open, .time = {}}, .needed = end.open};
  sweep_ = engine_.begin_sweep(options_.sweep);
  is_sweep_new_ = true;
  swept_bytes_ = 0;
  grown_before_ = std::exchange(grown_bytes_, 0);
}

std::optional<Chore> Housekeeping::sweep(Instant now, const End& end) {
  if (std::optional<engine::CheckpointRun> run = engine_.sweep(sweep_)) {
    swept_bytes_ += run->payload.size();
    return WriteCheckpoint{.is_first = std::exchange(is_sweep_new_, false), .run = *std::move(run)};
  }
  stage_ = Stage::finishing;
  finished_.span.end = std::max(finished_.span.begin, end.facts);
  finished_.span.time = now;
  // Whatever is alive now lies from there on; what died before the sweep's end is dead for good
  // once that is durable.
  finished_.needed = engine_.live_bytes().oldest().value_or(finished_.span.end);
  if (has_bug(SeededBug::trims_too_early)) finished_.needed = finished_.span.end;
  return std::nullopt;
}

std::optional<Chore> Housekeeping::finish_checkpoint(const End& end) {
  wants_commit_ = !end.is_idle && end.durable < finished_.span.end;
  if (wants_commit_ && !has_bug(SeededBug::finishes_checkpoint_early)) return std::nullopt;
  return FinishCheckpoint{.finished = finished_};
}

}  // namespace mailrail::broker
