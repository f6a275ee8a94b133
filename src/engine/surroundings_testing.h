// Surroundings as tests want them: what they say is set by the test. Nothing here is part of
// mailrail itself.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/engine.h"
#include "engine/surroundings.h"

namespace mailrail::engine {

struct FakeSurroundings final : Surroundings {
  explicit FakeSurroundings(std::optional<Full> full = Full(), ServerUse use = {})
      : reached(full), used(use) {}

  std::optional<Full> full() const override { return reached; }
  std::size_t waiting_at(QueueId) const override { return 0; }
  ServerUse use() const override { return used; }

  std::optional<Full> reached;
  ServerUse used;
};

// Full when the engine takes more than it did at first.
class NoMemoryLeft final : public Surroundings {
 public:
  explicit NoMemoryLeft(const Engine& engine)
      : engine_(engine), limit_bytes_(engine.committed_bytes() + 1) {}

  std::optional<Full> full() const override {
    const std::uint64_t used_bytes = engine_.committed_bytes();
    if (used_bytes < limit_bytes_) return std::nullopt;
    return Full{.used_bytes = used_bytes, .limit_bytes = limit_bytes_};
  }
  std::size_t waiting_at(QueueId) const override { return 0; }
  ServerUse use() const override { return {}; }

 private:
  const Engine& engine_;
  std::uint64_t limit_bytes_;
};

}  // namespace mailrail::engine
