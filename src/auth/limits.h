// Limits of signatures and keys, each with the sentence of AWS's that promises it. Where AWS has
// none the limit is our own, and says why.

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace mailrail::auth {

// "In most cases, a request must reach AWS within five minutes of the time stamp in the request."
// (IAM User Guide) What SQS and SNS say of those that they refuse is "- 15 min."
inline constexpr Duration clock_skew_max = 15min;

// "X-Amz-Expires: [...] The maximum is 604800 seconds (seven days)." (Signature Version 4)
inline constexpr Duration presigned_for_max = 604'800s;

// SDKs sign about ten. Ours: so that hostile lists take no time.
inline constexpr std::size_t signed_headers_max = 128;

// "Secret access key" has 40 characters in AWS; ours have, too. A shorter one is a password that
// somebody thought of.
inline constexpr std::size_t secret_bytes_min = 16;
inline constexpr std::size_t secret_bytes_max = 256;

// "Names of users [...] up to 64 characters" (IAM quotas)
inline constexpr std::size_t key_name_bytes_max = 64;

// Ours. Reading that many takes some milliseconds.
inline constexpr std::size_t keys_max = 10'000;
inline constexpr std::size_t key_file_bytes_max = std::size_t{16} << 20;
inline constexpr std::size_t key_patterns_max = 100;
inline constexpr std::uint32_t key_rate_max = 1'000'000;

// "Maximum session duration: [...] up to 12 hours" for roles; "up to 36 hours" for users. (AWS STS)
inline constexpr Duration session_max = 36h;

// Ours: whoever still has the key before by then has been forgotten.
inline constexpr Duration grace_max = 24h * 365;

}  // namespace mailrail::auth
