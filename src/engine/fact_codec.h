// How facts lie in a frame's payload: one after the other, each with its length, its type and its
// fields in order.
//
// Decoding never trusts its input. A Sent fact ends with a checksum of its own, because bodies are
// read back one by one, long after their frame was verified.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "engine/fact.h"

namespace mailrail::errors {
// A kind of fact or of checkpoint record that is not known here: not damage, but written by a later
// version.
inline constexpr ErrorKind of_later_version{
    .name = "OfLaterVersion", .query_code = "OfLaterVersion", .http_status = 500};
}  // namespace mailrail::errors

namespace mailrail::engine {

// Appends the fact's bytes. Returns how many.
std::size_t encode_fact(const Fact& fact, std::string& out);

// Decodes a payload and calls `visit` with each fact, its offset in the payload and its length
// there. Views in a fact point into the payload.
struct FactPlace {
  std::uint64_t offset;
  std::uint32_t length;
};
Result<void> decode_facts(std::string_view payload,
                          const std::function<void(const Fact&, FactPlace)>& visit);

// Decodes the one Sent fact that these bytes, read back from the log, must be.
Result<Sent> decode_sent(std::string_view bytes);

}  // namespace mailrail::engine
