// How much memory this process can count on: the machine's, or what its container leaves it.
//
// Read from /proc and /sys, where control groups of both versions tell their limits, each group as
// tightly as the tightest above it.

#pragma once

#include <cstdint>
#include <filesystem>

namespace mailrail::server {

// 0 if the system does not say. `root` is where /proc and /sys are.
std::uint64_t machine_memory_bytes(const std::filesystem::path& root = "/");

// Of the physical memory, what this process has now. 0 if the system does not say.
std::uint64_t resident_bytes();

}  // namespace mailrail::server
