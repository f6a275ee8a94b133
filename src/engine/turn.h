// Turn: one step of the engine: when it happens, and what comes of it.
//
// Facts are written into the payload of the frame that is being filled as soon as they are decided,
// so that the position of each is known when it is applied. `now` never goes back from turn to
// turn.

#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "engine/fact.h"
#include "engine/fact_codec.h"
#include "engine/surroundings.h"

namespace mailrail::engine {

// Sees each fact that is recorded, right before it is applied; none that is replayed. It changes
// nothing.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void recorded(const Fact& fact) = 0;
};

// The facts of one frame, as bytes.
class FactWriter {
 public:
  // `position` is where the payload's first byte will lie in the log. No witness is null.
  explicit FactWriter(Position position, Witness* witness = nullptr)
      : position_(position), witness_(witness) {}

  // Where the fact lies, and its length there.
  Body append(const Fact& fact) {
    if (witness_ != nullptr) witness_->recorded(fact);
    const Position at = end();
    const std::size_t length = encode_fact(fact, payload_);
    count_ += 1;
    return Body{.position = at, .length = static_cast<std::uint32_t>(length)};
  }

  Position position() const { return position_; }
  Position end() const { return position_ + payload_.size(); }
  std::uint32_t count() const { return count_; }
  const std::string& payload() const { return payload_; }
  std::string take_payload() { return std::move(payload_); }

  // Goes on with the next frame, whose payload begins at `position`.
  void begin_next(Position position) {
    position_ = position;
    payload_.clear();
    count_ = 0;
  }

 private:
  Position position_;
  Witness* witness_;
  std::string payload_;
  std::uint32_t count_ = 0;
};

struct Turn {
  Instant now;
  Random& random;
  FactWriter& facts;
  const Surroundings* surroundings = nullptr;  // Null: nobody to ask, and no limits.

  // Asked anew before each thing that is added: what this turn has added so far counts.
  std::optional<Full> full() const {
    return surroundings == nullptr ? std::nullopt : surroundings->full();
  }
};

}  // namespace mailrail::engine
