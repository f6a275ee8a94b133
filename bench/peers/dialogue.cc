#include "bench/peers/dialogue.h"

namespace mailrail::bench::peers {

Heard CountedAnswers::hear(std::string_view received) {
  Heard heard;
  for (; missing_ > 0; --missing_) {
    const std::size_t bytes = hear_one(received.substr(heard.bytes), heard);
    if (bytes == 0) return heard;
    heard.bytes += bytes;
  }
  heard.state = State::whole;
  return heard;
}

}  // namespace mailrail::bench::peers
