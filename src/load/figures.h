// Figures: what a run measures, kind of call by kind of call.
//
// What began before the window, while everything was still warming up, is done and not counted. A
// latency counts from the window's beginning on, however late its end: who leaves the slow ones out
// measures a faster server. A rate counts only what ended within.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "load/histogram.h"
#include "load/schedule.h"

namespace mailrail::load {

struct Window {
  Time from = {};
  Time until = Time::max();
};

struct Measure {
  Histogram latencies;
  std::uint64_t requests = 0;  // That ended within the window,
  std::uint64_t messages = 0;  // with so many messages,
  Time last = {};              // the last one then.

  void count(const Window& window, Time begun, Time ended, std::uint64_t messages_of_it) {
    if (begun < window.from) return;
    latencies.record(ended - begun);
    if (ended > window.until) return;
    ++requests;
    messages += messages_of_it;
    last = std::max(last, ended);
  }
};

struct Figures {
  Window window;
  Measure sends;
  Measure receives;
  Measure deletes;
  Measure end_to_end;        // From when a message was to be sent until a consumer had it.
  std::uint64_t errors = 0;  // Requests that failed, and entries of batches.
  std::string first_error;

  void fail(std::string_view what) {
    ++errors;
    if (first_error.empty()) first_error = what;
  }
};

}  // namespace mailrail::load
