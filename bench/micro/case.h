// Case: one small piece of work that is measured by itself, again and again, with all that it needs
// made ready before.
//
// Google Benchmark takes its time; callgrind counts its instructions, which are the same on a busy
// machine. Work follows from seeds alone, so the same build does the same work.

#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace mailrail::bench {

struct Case {
  std::string_view name;
  std::function<std::function<void()>()> prepare;  // What it gives does the work once.
};

std::vector<Case> auth_cases();
std::vector<Case> broker_cases();
std::vector<Case> engine_cases();
std::vector<Case> codec_cases();
std::vector<Case> frame_cases();
std::vector<Case> filter_cases();

}  // namespace mailrail::bench
