// BodyReader: bytes of durable frames, read out of their segments and verified.
//
// For one answer after the other, by one thread. What an answer shows often lies in one frame: the
// frame read last is kept.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "log/file/segment.h"

namespace mailrail::log {

class BodyReader {
 public:
  // For the disk. Who does not gets only what is in the machine's memory.
  enum class Waits : bool { no, yes };
  explicit BodyReader(Waits waits) : waits_(waits) {}

  // `length` bytes of one frame's payload. A frame of at most `verified_bytes_max` is read and
  // verified whole; of a longer one only the header is, and the caller has the record's own
  // checksum. Nothing if it would have to wait, and does not. The segment must be held.
  std::optional<Result<std::string>> read(const Segment& segment,
                                          Position position,
                                          std::size_t length);
  static constexpr std::size_t verified_bytes_max = std::size_t{64} << 10;

 private:
  Result<std::string> find(const Segment& segment, std::uint64_t offset, std::size_t length);
  Result<void> take_frame(const Segment& segment, std::uint64_t start);
  Result<bool> fill(const Segment& segment, std::uint64_t offset, std::span<char> out) const;

  const Waits waits_;
  format::FrameHeader header_ = {};  // Of the frame read last; that of none is at no position.
  std::string payload_;              // Its; empty if it is longer than what is verified.
};

}  // namespace mailrail::log
