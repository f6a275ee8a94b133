// AWS's limits for filter policies, each with the sentence that promises it.
//
// A policy within them is small when it is compiled, so that matching one takes a bounded time.

#pragma once

#include <cstddef>

namespace mailrail::sns::limits {

// "A filter policy can have a maximum of five keys." Of a nested one "only top-level keys count
// toward the limit". (SNS Developer Guide, filter policy constraints)
inline constexpr std::size_t filter_keys_max = 5;

// "The total combination of values in a filter policy must not exceed 150." (SNS Developer Guide,
// filter policy constraints)
inline constexpr std::size_t filter_combinations_max = 150;

// "The maximum size of a filter policy is 256 KB." (SNS Developer Guide, filter policy constraints)
inline constexpr std::size_t filter_policy_bytes_max = 262'144;

// Ours: keys in all branches of `$or` together, and the bytes of their paths. AWS's limits alone
// would let a policy have thousands, and be looked up for every message.
inline constexpr std::size_t filter_all_keys_max = 150;
inline constexpr std::size_t filter_path_bytes_max = 262'144;

// Ours: how deep a policy and a body that is filtered may be nested. A key that is deeper than 150
// is too complex by itself; below it come an array, an operator and its operand.
inline constexpr std::size_t filter_policy_depth_max = 160;
inline constexpr std::size_t filtered_body_depth_max = 512;

}  // namespace mailrail::sns::limits
