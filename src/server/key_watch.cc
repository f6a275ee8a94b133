#include "server/key_watch.h"

#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

namespace mailrail::server {
namespace {

constexpr std::chrono::milliseconds looks_every{500};

}  // namespace

KeyWatch::KeyWatch(std::string file, std::vector<auth::Key> given)
    : file_(std::move(file)), given_(std::move(given)) {
  if (!given_.empty()) keys_.change(std::make_shared<const auth::KeyRing>(given_));
}

Result<std::unique_ptr<KeyWatch>> KeyWatch::open(std::string file, std::vector<auth::Key> given) {
  std::unique_ptr<KeyWatch> watch(new KeyWatch(std::move(file), std::move(given)));
  watch->seen_ = auth::stamp_of(watch->file_);
  TRY(watch->read());
  return watch;
}

// A file that is not there says nothing.
Result<void> KeyWatch::read() {
  std::optional<std::vector<auth::Key>> kept = TRY(auth::read_key_file(file_));
  if (!kept) return {};
  std::vector<auth::Key> all = given_;
  for (auth::Key& each : *kept) all.push_back(std::move(each));
  keys_.change(std::make_shared<const auth::KeyRing>(std::move(all)));
  return {};
}

// The stamp is taken before the file is read: a change between the two is seen at the next look.
void KeyWatch::look() {
  const std::scoped_lock lock(looking_);
  const std::optional<auth::FileStamp> stamp = auth::stamp_of(file_);
  if (stamp == seen_) return;
  seen_ = stamp;
  if (!stamp) {
    spdlog::warn("the key file {} is gone: the keys that were in it stay in force", file_);
    return;
  }
  if (const Result<void> changed = read(); !changed) {
    spdlog::warn("{} The keys that were in force before stay so.", changed.error().message);
    return;
  }
  spdlog::info("the key file {} has changed: {} keys are in force", file_,
               keys_.ring()->keys().size());
}

void KeyWatch::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void KeyWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(waiting_);
  while (!stop.stop_requested()) {
    stopped_.wait_for(lock, stop, looks_every, [] { return false; });
    if (!stop.stop_requested()) look();
  }
}

}  // namespace mailrail::server
