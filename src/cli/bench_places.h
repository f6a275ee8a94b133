// BenchPlaces: the queues and the topic of one run of `mailrail bench`, with names that nobody else
// has, made before it and removed after it.
//
// Nothing else is ever touched. What could not be removed is named.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/bench_options.h"
#include "client/client.h"

namespace mailrail::cli {

// Longer than any consumer needs, and how long a message stays hidden that a broken connection took
// along.
inline constexpr std::chrono::seconds bench_visibility_timeout{60};

class BenchPlaces {
 public:
  // `run` is part of all names.
  BenchPlaces(client::Client& client, std::string run) : client_(client), run_(std::move(run)) {}
  ~BenchPlaces();
  BenchPlaces(const BenchPlaces&) = delete;
  BenchPlaces& operator=(const BenchPlaces&) = delete;

  // If it fails, what was made by then goes with the object.
  Result<void> make(const Bench& bench);

  // The error names what is left.
  Result<void> remove();

  const std::vector<std::string>& queue_urls() const { return queue_urls_; }
  const std::string& topic_arn() const { return topic_arn_; }  // Empty: there is none.

 private:
  Result<void> make_topic(const std::string& name, load::Order order);
  Result<void> make_queue(const std::string& name, load::Order order);
  Result<void> subscribe(const std::string& queue_url);

  client::Client& client_;
  const std::string run_;
  std::vector<std::string> queue_urls_;
  std::string topic_arn_;
};

}  // namespace mailrail::cli
