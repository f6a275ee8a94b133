// Flips bits in the files of a simulated disk, as the bytes of an input say: what fuzz targets do
// to a directory that is whole.
//
// Six bytes each, as long as there are as many: which file, where, which bits. Every place can be
// reached, and no input is refused, so that a fuzzer learns from each.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "sim/sim_disk.h"

namespace mailrail {

inline void flip(sim::SimDisk& disk, std::span<const std::string> names, std::string_view input) {
  for (ByteReader reader(input); reader.rest().size() >= 6;) {
    const std::string& name = names[reader.u8() % names.size()];
    const std::uint32_t offset = reader.u32();
    const std::uint8_t bits = reader.u8();
    std::string bytes = disk.content(name);
    if (bytes.empty()) continue;
    bytes[offset % bytes.size()] = static_cast<char>(bytes[offset % bytes.size()] ^ bits);
    disk.put(name, std::move(bytes));
  }
}

}  // namespace mailrail
