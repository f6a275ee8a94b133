// Readers: a small pool of threads that wait for the disk or the database, one job a receive: for
// bodies that are in no memory. They keep such a read from stopping the engine thread or an HTTP
// thread, whose other connections would wait.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace mailrail::server {

class Readers {
 public:
  using Job = std::function<void()>;

  explicit Readers(std::size_t threads);
  ~Readers();

  // Any thread. Jobs are bounded by the calls under way.
  void add(Job job);

  // Finishes the jobs that it has and ends the threads.
  void stop();

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable has_job_;
  std::deque<Job> jobs_;
  bool stops_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mailrail::server
