#include "sim/log_thread.h"

#include <utility>

#include "base/check.h"

namespace mailrail::sim {
namespace {

constexpr std::uint64_t slow_one_in = 60;
constexpr Duration slow_half_max = 40s;  // Before the disk has a frame, and after.

}  // namespace

LogThread::LogThread(
    log::LogStore& log, Random& random, Judge& judge, const Sabotage& sabotage, Reign& reign)
    : log_(log),
      random_(random),
      judge_(judge),
      sabotage_(sabotage),
      reign_(reign),
      shared_(dynamic_cast<log::SharedLog*>(&log)) {}

void LogThread::take(log::SharedFrame frame, Instant now) {
  CHECK(is_idle());
  frame_ = std::move(frame);
  state_ = State::has_frame;
  append_at_ = news_at_ = now;
  if (random_.below(slow_one_in) != 0) return;
  judge_.meet("the disk was slow");
  const auto half_max = static_cast<std::uint64_t>(slow_half_max.count());
  append_at_ += Duration(random_.below(half_max));
  news_at_ = append_at_ + Duration(random_.below(half_max));
}

void LogThread::take(broker::Chore chore) {
  CHECK(!chore_ && !chore_done_);
  chore_ = std::move(chore);
}

void LogThread::work(Instant now) {
  if (has_failed_ || random_.below(3) == 0) return;
  if (state_ == State::has_frame && append_at_ <= now) return append();
  if (is_to_renew()) return renew();
  if (chore_) return keep_house();
  if (is_idle() && random_.below(2) == 0) log_.prepare_ahead();
}

void LogThread::finish() {
  if (state_ == State::has_frame && !has_failed_) append();
  if (is_to_renew() && !has_failed_) renew();
  if (chore_ && !has_failed_) keep_house();
  news_at_ = Instant{};
}

bool LogThread::take_news(Instant now) {
  if (state_ != State::has_news || news_at_ > now) return false;
  state_ = State::idle;
  return true;
}

std::optional<broker::ChoreDone> LogThread::take_chore_news() {
  if (!chore_done_ || random_.below(2) == 0) return std::nullopt;
  return std::exchange(chore_done_, std::nullopt);
}

void LogThread::keep_house() {
  broker::Chore chore = *std::exchange(chore_, std::nullopt);
  if (sabotage_.what == Sabotage::What::drops_last_slice) {
    std::optional<broker::Chore> instead = without_last_slice(std::move(chore));
    if (!instead) return void(chore_done_.emplace());
    chore = *std::move(instead);
  }
  if (std::holds_alternative<broker::ReadBodies>(chore)) judge_.meet("bodies were moved");
  if (std::holds_alternative<broker::FinishCheckpoint>(chore))
    judge_.meet("a checkpoint was taken");
  Result<broker::ChoreDone> done = broker::perform(chore, log_);
  has_failed_ = has_failed_ || !done;
  if (!done) return;
  if (done->written == log::LogStore::Written::postponed) judge_.postponed();
  is_finished_ = is_finished_ || std::holds_alternative<broker::FinishCheckpoint>(chore);
  if (std::holds_alternative<broker::Trim>(chore) && is_finished_ && !done->has_more) {
    is_finished_ = false;
    judge_.trimmed();
  }
  chore_done_ = *std::move(done);
}

// Each slice is written when the next one comes.
std::optional<broker::Chore> LogThread::without_last_slice(broker::Chore chore) {
  const auto* write = std::get_if<broker::WriteCheckpoint>(&chore);
  if (write == nullptr || write->is_first) {
    slice_.reset();
    return chore;
  }
  return std::exchange(slice_, std::move(chore));
}

void LogThread::append() {
  const log::Space space = log_.space();
  const bool was_deposed = reign_.is_over();
  const Instant began = reign_.now();
  const log::SharedFrame frame = std::exchange(frame_, nullptr);
  const log::Appended appended = log_.append(*frame);
  if (appended.outcome != log::Outcome::durable) return end(appended.outcome);
  reign_.confirm(began);
  if (log_.space().log_bytes > space.log_bytes) {
    judge_.meet("the log went on in another segment");
    if (log_.space().spare_bytes < space.spare_bytes) judge_.meet("a segment was used again");
  }
  if (was_deposed) judge_.report(Law::ownership, "a deposed owner has appended a frame");
  if (reign_.is_over()) {
    judge_.durable_of_deposed(*frame);
  } else {
    judge_.frame_durable();
  }
  state_ = State::has_news;
}

bool LogThread::is_to_renew() const {
  return shared_ != nullptr && is_idle() && reign_.wants_renewal();
}

void LogThread::renew() {
  const Instant began = reign_.now();
  const log::Appended renewed = shared_->renew();
  if (renewed.outcome != log::Outcome::durable) return end(renewed.outcome);
  reign_.confirm(began);
}

void LogThread::end(log::Outcome outcome) {
  has_failed_ = true;
  was_fenced_ = outcome == log::Outcome::fenced;
}

}  // namespace mailrail::sim
