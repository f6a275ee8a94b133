#include "engine/receivers.h"

#include "engine/heap.h"
#include "engine/limits.h"

namespace mailrail::engine {

void Receivers::note(Seq seq, std::string_view receiver) {
  if (receiver.empty() || receiver.size() > receiver_bytes_max) return;
  const std::string* name = keep(receiver);
  if (slots_.empty()) slots_.resize(receivers_kept_max);
  slots_[seq.value() % receivers_kept_max] = {.seq = seq, .name = name};
}

std::string_view Receivers::find(Seq seq) const {
  if (slots_.empty()) return {};
  const Slot& slot = slots_[seq.value() % receivers_kept_max];
  return slot.name != nullptr && slot.seq == seq ? std::string_view(*slot.name)
                                                 : std::string_view();
}

// Where each consumer is another one all is forgotten now and then.
const std::string* Receivers::keep(std::string_view receiver) {
  if (const auto known = names_.find(receiver); known != names_.end()) return &*known;
  if (names_.size() == receiver_names_max) {
    slots_.clear();
    names_.clear();
    name_bytes_ = 0;
  }
  const std::string& kept = *names_.emplace(receiver).first;
  name_bytes_ += heap_bytes_of_node<Names>() + heap_bytes_of(kept);
  return &kept;
}

std::uint64_t Receivers::memory_bytes() const { return heap_bytes_of_vector(slots_) + name_bytes_; }

}  // namespace mailrail::engine
