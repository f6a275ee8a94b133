// Counting what the engine's structures take. Reading names and strings once a change, and nothing
// else, is what keeps asking cheap.

#include "engine/engine.h"
#include "engine/heap.h"

namespace mailrail::engine {
namespace {

std::uint64_t heap_bytes_of_map(const std::map<std::string, std::string>& texts) {
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : texts) {
    bytes += heap_bytes_of_node<std::map<std::string, std::string>>() + heap_bytes_of(key) +
             heap_bytes_of(value);
  }
  return bytes;
}

std::uint64_t memory_bytes_of(const std::vector<MoveTask>& tasks) {
  std::uint64_t bytes = heap_bytes_of_vector(tasks);
  for (const MoveTask& each : tasks) {
    if (each.destination) bytes += heap_bytes_of(*each.destination);
  }
  return bytes;
}

}  // namespace

std::uint64_t memory_bytes_of(const Queue& queue) {
  const std::optional<DeadLetter>& dead_letter = queue.attributes.dead_letter;
  const std::uint64_t listed_bytes =
      queue.attributes.is_delivery_queue()
          ? heap_bytes_of_node<std::map<SubscriptionId, QueueId>>()
          : heap_bytes_of_node<std::map<QueueName, QueueId>>() + heap_bytes_of(queue.name);
  return heap_bytes_of_node<std::map<QueueId, Queue>>() + heap_bytes_of(queue.name) + listed_bytes +
         (dead_letter ? heap_bytes_of(dead_letter->target) : 0) + heap_bytes_of_map(queue.tags) +
         heap_bytes_of_map(queue.attributes.kept) + memory_bytes_of(queue.move_tasks) +
         (queue.matcher ? queue.matcher->memory_bytes() : 0);
}

std::uint64_t memory_bytes_of(const Topic& topic) {
  return heap_bytes_of_node<std::map<TopicId, Topic>>() +
         heap_bytes_of_node<std::map<TopicName, TopicId>>() + 2 * heap_bytes_of(topic.name) +
         heap_bytes_of_map(topic.tags) + heap_bytes_of_map(topic.attributes.kept) +
         (topic.matcher ? topic.matcher->memory_bytes() : 0);
}

std::uint64_t memory_bytes_of(const Subscription& subscription) {
  const SubscriptionAttributes& attributes = subscription.attributes;
  return heap_bytes_of_node<std::map<SubscriptionId, Subscription>>() +
         heap_bytes_of_node<std::map<SubscriptionId, const Subscription*>>() +
         heap_bytes_of(subscription.endpoint) +
         (subscription.queue ? heap_bytes_of(*subscription.queue) : 0) +
         heap_bytes_of(attributes.filter_policy) +
         (attributes.dead_letter_target ? heap_bytes_of(*attributes.dead_letter_target) : 0) +
         heap_bytes_of_map(attributes.kept) +
         (subscription.matcher ? subscription.matcher->memory_bytes() : 0);
}

std::uint64_t memory_bytes_of(const SigningKey& key) {
  return heap_bytes_of(key.private_key) + heap_bytes_of(key.certificate);
}

std::uint64_t Engine::memory_bytes() const { return memory_areas().total(); }

MemoryAreas Engine::memory_areas() const {
  constexpr std::uint64_t source_bytes =
      heap_bytes_of_node<decltype(source_numbers_)>() + sizeof(QueueName) + 2 * heap_bytes(80);
  return {.messages = store_.entries.memory_bytes() + store_.deliveries.memory_bytes() +
                      store_.indices.memory_bytes() + store_.oldest_bytes +
                      store_.shared.memory_bytes(),
          .conversations = store_.groups.memory_bytes() + store_.parking_bytes,
          .deduplication = deduplication_.memory_bytes() + attempts_.memory_bytes(),
          .definitions = store_.fifo_due.size() * heap_bytes_of_node<decltype(store_.fifo_due)>() +
                         heap_bytes_of_vector(store_.woken) +
                         (contents_.size() - free_contents_.size()) * heap_bytes(sizeof(Contents)) +
                         heap_bytes_of_vector(contents_) + heap_bytes_of_vector(free_contents_) +
                         heap_bytes_of_vector(graveyard_) + queue_bytes_ + topics_.memory_bytes() +
                         deleted_.memory_bytes() + receivers_.memory_bytes() +
                         send_rates_.memory_bytes() + purged_.memory_bytes() +
                         sources_.size() * source_bytes};
}

std::uint64_t Engine::committed_bytes() const {
  const std::uint64_t pages = store_.entries.memory_bytes() + store_.deliveries.memory_bytes() +
                              store_.indices.memory_bytes() + store_.groups.page_bytes() +
                              store_.shared.memory_bytes();
  // Notes about receives are few and no message's: a queue that is drained may not be refused for
  // what was noted meanwhile.
  return memory_bytes() - pages - receivers_.memory_bytes() + store_.entries.used_bytes() +
         store_.entries.size() * sizeof(Delivery) + store_.indices.committed_bytes() +
         store_.groups.committed_bytes() + store_.shared.used_bytes();
}

}  // namespace mailrail::engine
