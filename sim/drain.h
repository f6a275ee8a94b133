// Drain: what consumers do at the end of a run, when faults have stopped.
//
// They receive and delete until nothing is left. Whatever could keep a message from ever being
// received is undone on the way: dead letters that go in a circle, conversations that are parked.

#pragma once

#include <memory>
#include <vector>

#include "sim/clients.h"
#include "sim/judge.h"
#include "sim/sim_call.h"

namespace mailrail::sim {

// A server, or several, as consumers see it.
class Served {
 public:
  virtual ~Served() = default;
  virtual bool is_alive() = 0;
  virtual Instant now() const = 0;
  virtual void ask(std::vector<Command> commands) = 0;
  virtual void pass(Duration time) = 0;
  // All that was begun is done.
  virtual void finish() = 0;
  virtual std::vector<std::unique_ptr<SimCall>> take_answered() = 0;
};

class Drain {
 public:
  Drain(Served& served, Clients& clients, Judge& judge)
      : served_(served), clients_(clients), judge_(judge) {}

  // False if the server did not live to the end of it.
  bool run();

 private:
  void break_circles();
  void retry_everything();
  void receive_everywhere();
  void delete_what_was_told();

  Served& served_;
  Clients& clients_;
  Judge& judge_;
};

}  // namespace mailrail::sim
