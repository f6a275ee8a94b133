#include "server/readers.h"

#include <utility>

namespace mailrail::server {

Readers::Readers(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { loop(); });
}

Readers::~Readers() { stop(); }

void Readers::add(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  has_job_.notify_one();
}

void Readers::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stops_ = true;
  }
  has_job_.notify_all();
  for (std::thread& each : threads_) {
    if (each.joinable()) each.join();
  }
}

void Readers::loop() {
  while (true) {
    std::unique_lock lock(mutex_);
    has_job_.wait(lock, [this] { return stops_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace mailrail::server
