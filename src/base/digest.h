// Digests, by OpenSSL, and text encodings of bytes: MD5 (what SQS shows its clients), SHA-256,
// HMAC, hex, UUIDs, base64. Pure functions: same bytes, same answer, and only decoding can refuse
// its input.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailrail {

using Md5 = std::array<std::uint8_t, 16>;
using Sha256 = std::array<std::uint8_t, 32>;

Md5 md5(std::string_view bytes);
Sha256 sha256(std::string_view bytes);
// The key has a byte at least.
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

// Lower case.
std::string hex(std::string_view bytes);
template <std::size_t Size>
std::string hex(const std::array<std::uint8_t, Size>& bytes) {
  return hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), Size));
}

// A UUID as it is written, in five groups of lower case: 8, 4, 4, 4 and 12 digits.
std::string uuid_text(std::uint64_t high, std::uint64_t low);

// Standard alphabet with padding. Decoding takes nothing else: no line breaks, no missing or extra
// padding.
std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace mailrail
