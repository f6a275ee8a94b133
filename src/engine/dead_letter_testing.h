// DeadLetterTest: a queue whose messages go to a dead-letter queue after one receive, and that
// queue. A name that ends with .fifo makes both FIFO.

#pragma once

#include <string>

#include "engine/engine_testing.h"

namespace mailrail::engine {

class DeadLetterTest : public EngineTest {
 protected:
  QueueName name(const std::string& of) const {
    return {.region = "r", .account = "a", .name = of};
  }
  void create_pair(const std::string& suffix) {
    dead = create("dead" + suffix);
    queue = create_source("q" + suffix);
  }
  QueueId create_source(const std::string& source) {
    const std::string suffix = source.ends_with(".fifo") ? ".fifo" : "";
    return create(source, {.dead_letter = DeadLetter{.target = name("dead" + suffix),
                                                     .receive_count_max = 1}});
  }
  // All that the queue has, which must be visible.
  void let_die(QueueId source) {
    while (!receive(source, 10, 0s).empty()) pass(1ms);
  }

  QueueId queue;
  QueueId dead;
};

}  // namespace mailrail::engine
