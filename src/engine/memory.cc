// Counting what the engine's structures take. Reading names and strings once a change, and nothing
// else, is what keeps asking cheap.

#include "engine/engine.h"
#include "engine/heap.h"

namespace mailrail::engine {
namespace {

std::uint64_t heap_bytes_of(const QueueName& name) {
  return engine::heap_bytes_of(name.region) + engine::heap_bytes_of(name.account) +
         engine::heap_bytes_of(name.name);
}

std::uint64_t heap_bytes_of(const std::map<std::string, std::string>& texts) {
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : texts) {
    bytes += heap_bytes_of_node<std::map<std::string, std::string>>() + engine::heap_bytes_of(key) +
             engine::heap_bytes_of(value);
  }
  return bytes;
}

}  // namespace

std::uint64_t memory_bytes_of(const Queue& queue) {
  const std::optional<DeadLetter>& dead_letter = queue.attributes.dead_letter;
  return heap_bytes_of_node<std::map<QueueId, Queue>>() +
         heap_bytes_of_node<std::map<QueueName, QueueId>>() + 2 * heap_bytes_of(queue.name) +
         (dead_letter ? heap_bytes_of(dead_letter->target) : 0) + heap_bytes_of(queue.tags) +
         heap_bytes_of(queue.attributes.kept);
}

std::uint64_t Engine::memory_bytes() const {
  constexpr std::uint64_t source_bytes =
      heap_bytes_of_node<decltype(source_numbers_)>() + sizeof(QueueName) + 2 * heap_bytes(80);
  return store_.entries.memory_bytes() + store_.deliveries.memory_bytes() + store_.index_bytes +
         store_.parking_bytes + store_.groups.memory_bytes() +
         store_.fifo_due.size() * heap_bytes_of_node<decltype(store_.fifo_due)>() +
         heap_bytes_of_vector(store_.woken) +
         (contents_.size() - free_contents_.size()) * heap_bytes(sizeof(Contents)) +
         heap_bytes_of_vector(contents_) + heap_bytes_of_vector(free_contents_) +
         heap_bytes_of_vector(graveyard_) + queue_bytes_ + deduplication_.memory_bytes() +
         attempts_.memory_bytes() + sources_.size() * source_bytes;
}

std::uint64_t Engine::committed_bytes() const {
  const std::uint64_t pages =
      store_.entries.memory_bytes() + store_.deliveries.memory_bytes() + store_.groups.pool_bytes();
  return memory_bytes() - pages + store_.entries.used_bytes() +
         store_.entries.size() * sizeof(Delivery) + store_.groups.used_bytes();
}

}  // namespace mailrail::engine
