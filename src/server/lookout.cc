#include "server/lookout.h"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "server/take_snapshot.h"

namespace mailrail::server {
namespace {

constexpr Duration usual_interval = 1min;

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

}  // namespace

Lookout::Lookout(const Parts& parts) : parts_(parts), emf_(host_name()) {}

void Lookout::run() {
  thread_ = std::thread([this] { loop(); });
}

void Lookout::stop() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stops_ = true;
  }
  stops_now_.notify_one();
  thread_.join();
}

void Lookout::loop() {
  const Duration interval = parts_.measures.options().emf_interval.value_or(usual_interval);
  std::unique_lock lock(mutex_);
  while (!stops_) {
    look();
    stops_now_.wait_for(lock, interval, [this] { return stops_; });
  }
}

void Lookout::look() {
  if (is_looking_.exchange(true)) return;
  parts_.engine.submit(std::make_unique<TakeSnapshot>(
      parts_.engine.traffic(), metrics::Detail{.names = std::nullopt},
      [this](Instant at, const metrics::Snapshot& seen) { saw(at, seen); }));
}

// On a reader's thread.
void Lookout::saw(Instant at, const metrics::Snapshot& seen) {
  const log::Space store = parts_.log.space();
  parts_.measures.sample(
      {.at = at, .store_bytes = store.total(), .memory_bytes = seen.committed_bytes});
  if (parts_.measures.options().emf_interval) {
    fmt::print("{}\n", emf_.line(at, seen, parts_.measures.read(store)));
    std::fflush(stdout);
  }
  is_looking_ = false;
}

}  // namespace mailrail::server
