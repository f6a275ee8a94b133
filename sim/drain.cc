#include "sim/drain.h"

#include <utility>

namespace mailrail::sim {
namespace {

constexpr int rounds_max = 500;

}  // namespace

bool Drain::run() {
  for (int round = 0; round < rounds_max; ++round) {
    if (judge_.violation()) return true;
    if (!served_.is_alive()) return false;
    if (round == rounds_max / 2) break_circles();
    retry_everything();
    receive_everywhere();
    for (int turns = 0; turns < 10; ++turns) delete_what_was_told();
    if (!served_.is_alive()) return false;
    if (judge_.ledger().message_count() == 0) break;
    served_.pass(judge_.ledger().next_boundary(served_.now()));
  }
  return true;
}

// Queues that are each other's dead-letter queue hand messages on for ever.
void Drain::break_circles() {
  for (const engine::QueueName& each : Clients::queue_names()) {
    Command change = clients_.command(Action::change_queue, each);
    change.attributes.dead_letter.reset();
    served_.ask({std::move(change)});
  }
}

void Drain::retry_everything() {
  std::vector<Command> retries;
  for (const auto& [id, queue] : judge_.ledger().queues()) {
    for (const auto& [group, since] : queue.parked) {
      retries.push_back(clients_.command(Action::retry_conversation, queue.name));
      retries.back().group = group;
    }
  }
  if (!retries.empty()) served_.ask(std::move(retries));
}

void Drain::receive_everywhere() {
  for (const engine::QueueName& each : Clients::queue_names()) {
    Command receive = clients_.command(Action::receive, each);
    receive.count_max = 10;
    receive.visibility_timeout = 30s;
    receive.wait = 0s;
    receive.attempt.clear();
    served_.ask({std::move(receive)});
  }
}

void Drain::delete_what_was_told() {
  served_.finish();
  served_.pass(1ms);
  std::vector<Command> deletes;
  for (const auto& each : served_.take_answered()) {
    for (const engine::ReceivedMessage& told : each->reply().received.messages) {
      deletes.push_back(clients_.command(Action::delete_message, each->command().queue));
      deletes.back().queue = each->command().queue;
      deletes.back().handle = told.handle();
    }
  }
  if (!deletes.empty()) served_.ask(std::move(deletes));
}

}  // namespace mailrail::sim
