// DecodeError: why a request could not be read into a structure, and where.
//
// The path leads to the member as the client spelled it, `MessageAttributes.trace.DataType`; places
// in a list count from 1. Which of a service's errors this becomes is not decided here.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/shown.h"

namespace mailrail::wire {

struct DecodeError {
  enum class Kind {
    malformed,   // Not the format at all: broken JSON, a broken percent-escape, no UTF-8.
    wrong_type,  // A member of another type than the shape's.
    bad_value,   // The right type, but out of range, not base64, or too many of it.
    missing,     // Half of a map's entry.
  };

  Kind kind;
  std::string path;    // Empty if it is the whole request.
  std::string detail;  // What follows the path in a sentence: "must be a string, not a number".

  std::string message() const {
    return std::string(path.empty() ? "The request" : shown(path)) + " " + detail + ".";
  }

  friend bool operator==(const DecodeError&, const DecodeError&) = default;
};

template <class Value>
using Decoded = std::expected<Value, DecodeError>;

inline std::unexpected<DecodeError> decode_failed(DecodeError::Kind kind,
                                                  std::string path,
                                                  std::string detail) {
  return std::unexpected(
      DecodeError{.kind = kind, .path = std::move(path), .detail = std::move(detail)});
}

// The error of a member, as seen from the structure that holds it.
inline std::unexpected<DecodeError> inside(std::string_view member, DecodeError error) {
  error.path = std::string(member) + (error.path.empty() ? "" : ".") + error.path;
  return std::unexpected(std::move(error));
}

// No request has a collection this long. More is refused while decoding, so that a short request
// can't become a large one in memory. An answer may have 1,000 elements.
inline constexpr std::size_t collection_size_max = 1024;

}  // namespace mailrail::wire
