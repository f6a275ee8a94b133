// History: how queues have been: the last ten minutes of some of them second by second, the last
// day of all of them minute by minute.
//
// A stretch in which nothing changed takes the place of one point, so idle queues cost next to
// nothing. All of it has one bound: when it is met, the oldest goes first, of all queues alike. It
// lives in memory and begins anew with the process.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/json.h"

namespace mailrail::console {

// What is known of a queue at a time; of the last three, how many there were since the point
// before.
struct Point {
  enum Number : std::uint8_t {
    visible,
    in_flight,
    delayed,
    oldest_age,  // In seconds.
    sent,
    received,
    deleted,
  };
  static constexpr std::size_t count = 7;

  std::array<std::uint32_t, count> numbers{};

  friend bool operator==(const Point&, const Point&) = default;
};

// Of one queue, in equal steps.
class Series {
 public:
  explicit Series(std::uint32_t length) : length_(length) {}

  // Steps only grow; one that is there already is left as it is.
  void add(std::uint32_t step, const Point& point);
  void forget_before(std::uint32_t step);
  // Of the steps from `begin` on up to the last one; nothing where there was no point.
  std::vector<std::optional<Point>> from(std::uint32_t begin) const;

  bool empty() const { return runs_.empty(); }
  std::uint32_t first() const { return runs_.front().begin; }
  std::uint32_t end() const { return runs_.empty() ? 0 : runs_.back().end; }
  std::size_t bytes() const { return runs_.capacity() * sizeof(Run); }
  void shrink() { runs_.shrink_to_fit(); }

 private:
  struct Run {
    std::uint32_t begin;
    std::uint32_t end;
    Point point;
  };

  std::uint32_t length_;  // How many steps are kept.
  std::vector<Run> runs_;
};

class History {
 public:
  static constexpr std::size_t bytes_max = std::size_t{32} << 20;
  static constexpr std::uint32_t seconds_kept = 600;
  static constexpr std::uint32_t minutes_kept = 1440;

  explicit History(std::size_t its_bytes_max = bytes_max) : bytes_max_(its_bytes_max) {}

  void add_second(QueueId queue, std::uint32_t second, const Point& point);
  void add_minute(QueueId queue, std::uint32_t minute, const Point& point);
  // Those without a point since that minute are gone.
  void forget_without(std::uint32_t minute);

  enum class Span : std::uint8_t { ten_minutes, day };
  struct Extract {
    std::uint32_t step = 1;   // In seconds.
    std::uint64_t start = 0;  // In seconds since 1970, of the first point.
    std::vector<std::optional<Point>> points = {};
  };
  // By the minute where there are no seconds.
  Extract read(QueueId queue, Span span) const;
  Extract last_second(QueueId queue) const;

  std::size_t bytes() const { return bytes_; }

 private:
  struct OfQueue {
    Series seconds{seconds_kept};
    Series minutes{minutes_kept};
  };
  static constexpr std::size_t bytes_each = sizeof(OfQueue) + 48;  // And its place in the map.

  template <class Change>
  void change(QueueId queue, Change change);
  void make_room();

  const std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::map<QueueId, OfQueue> queues_;
};

// `"Start", "Step", "Series"`.
void write(JsonWriter& json, const History::Extract& extract);

}  // namespace mailrail::console
