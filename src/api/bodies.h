// Bodies: the bytes of the messages that an answer shows, from recent frames or read back from the
// log.
// Each is the whole Sent fact; they stay good as long as the Bodies do. An answer shows none whose
// body is missing here.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/entry.h"
#include "log/frame.h"

namespace mailrail::api {

class Bodies {
 public:
  Bodies() = default;

  // For each body the frame that holds it, or null and then the bytes read back; neither if the
  // answer leaves the message out.
  Bodies(std::span<const engine::Body> places,
         std::vector<log::SharedFrame> frames,
         std::vector<std::string> read)
      : frames_(std::move(frames)), read_(std::move(read)) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const log::SharedFrame& frame = frames_[i];
      if (frame == nullptr) {
        views_.emplace_back(read_[i]);
      } else {
        const std::size_t offset = places[i].position.value() - frame->position.value();
        views_.push_back(std::string_view(frame->payload).substr(offset, places[i].length));
      }
    }
  }

  bool shows(std::size_t index) const { return !views_[index].empty(); }
  // The whole Sent fact.
  std::string_view operator[](std::size_t index) const { return views_[index]; }

 private:
  std::vector<log::SharedFrame> frames_;
  std::vector<std::string> read_;
  std::vector<std::string_view> views_;
};

}  // namespace mailrail::api
