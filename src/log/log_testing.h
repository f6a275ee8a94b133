// What the tests of log stores share: frames whose every byte tells where it came from, and a scan
// into a vector. Nothing here is part of mailrail itself.

#pragma once

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "log/log_store.h"

namespace mailrail::log {

inline std::string payload_text(std::size_t number, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes)
    text += std::to_string(number) + ":" + std::to_string(text.size()) + " ";
  text.resize(bytes);
  return text;
}

inline Frame make_frame(Position position, std::size_t number, std::size_t bytes) {
  return Frame{.position = position,
               .time = from_unix_ms(1'700'000'000'000 + static_cast<std::int64_t>(number)),
               .count = static_cast<std::uint32_t>(number + 1),
               .payload = payload_text(number, bytes)};
}

inline Frame append(LogStore& log, std::size_t number, std::size_t bytes) {
  Frame appended = make_frame(log.next_position(), number, bytes);
  const Appended outcome = log.append(appended);
  EXPECT_EQ(outcome.outcome, Outcome::durable) << outcome.reason;
  return appended;
}

inline Result<std::vector<Frame>> scan(LogStore& log) {
  std::vector<Frame> frames;
  TRY(log.scan([&](const Frame& each) -> Result<void> {
    frames.push_back(each);
    return {};
  }));
  return frames;
}

// Lives until the process ends, so that a log can be handed around without it.
inline Random& random_for_ever(std::uint64_t seed) {
  static std::deque<SeededRandom> all;
  return all.emplace_back(seed);
}

inline bool is_same(const Frame& one, const Frame& two) {
  return one.position == two.position && one.time == two.time && one.count == two.count &&
         one.payload == two.payload;
}

inline void expect_same(const Result<std::vector<Frame>>& actual,
                        const std::vector<Frame>& expected) {
  ASSERT_TRUE(actual) << actual.error().message;
  ASSERT_EQ(actual->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(is_same((*actual)[i], expected[i])) << "Frame " << i;
}

}  // namespace mailrail::log
