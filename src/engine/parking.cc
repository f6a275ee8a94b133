#include "engine/parking.h"

#include "engine/heap.h"

namespace mailrail::engine {
namespace {

constexpr std::uint64_t place_bytes = heap_bytes_of_node<Parking::Places>();
constexpr std::uint64_t forgiven_bytes = heap_bytes_of_node<std::map<Seq, std::uint32_t>>();

}  // namespace

Parking::~Parking() { bytes_ -= places_.size() * place_bytes + forgiven_.size() * forgiven_bytes; }

void Parking::park(std::string_view name, Place place) {
  if (places_.insert_or_assign(name, place).second) bytes_ += place_bytes;
}

void Parking::leave(std::string_view name) {
  if (places_.erase(name) > 0) bytes_ -= place_bytes;
}

std::uint32_t Parking::forgiven(Seq seq) const {
  const auto found = forgiven_.find(seq);
  return found == forgiven_.end() ? 0 : found->second;
}

void Parking::forgive(Seq seq, std::uint32_t receives) {
  if (receives == 0) return forget(seq);
  if (forgiven_.insert_or_assign(seq, receives).second) bytes_ += forgiven_bytes;
}

void Parking::forget(Seq seq) {
  if (!forgiven_.empty() && forgiven_.erase(seq) > 0) bytes_ -= forgiven_bytes;
}

}  // namespace mailrail::engine
