// Sizes in bytes as people write and read them: 512MiB, 20 GB.
//
// Units are said out loud: KiB, MiB, GiB and TiB are powers of 1024, KB, MB, GB and TB powers of
// 1000. A bare number, or a letter alone, would be guessed at, so it is no size.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailrail {

// A whole number and a unit, in capitals or not, with or without a space between. Nothing if it is
// anything else or does not fit.
std::optional<std::uint64_t> parse_size(std::string_view text);

// The largest binary unit that leaves at least 1, with one decimal unless that is 0: "1.5 GiB".
std::string size_text(std::uint64_t bytes);

}  // namespace mailrail
