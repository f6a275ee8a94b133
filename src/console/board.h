// Board: who looks at what, and what each of them is to be told.
//
// Once a second it has everything asked that somebody looks at, once for all who see the same of
// it, and tells each the news; nothing is asked while nobody looks. Whoever takes too little is
// told how much was left out, or all of it anew. Rights are judged each time, so a stream ends with
// its session. On one thread.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/dispatch.h"
#include "console/channel.h"
#include "console/question.h"
#include "console/sessions.h"
#include "console/topic.h"
#include "http/server.h"

namespace mailrail::console {

// What a stream could not take, by topic; counted where that shows, read by the board.
struct Lost {
  std::array<std::atomic<std::uint32_t>, topics_max> pieces{};
  std::array<std::atomic<std::uint64_t>, topics_max> events{};
};

// What is to be pushed to a stream.
struct Piece {
  http::ExchangeId exchange;
  std::string text;
  std::shared_ptr<Lost> lost = {};  // Told if it is not taken, unless null.
  std::size_t topic = 0;
  std::uint64_t events = 0;
  bool is_end = false;  // The stream ends.
};

class Board {
 public:
  // After so many looks without news a stream gets a sign of life.
  static constexpr int quiet_looks_max = 15;

  struct Parts {
    Sessions& sessions;
    const api::Dispatcher& dispatcher;
    ChannelParts channels;
    std::string epoch;  // Tells the numbers of events from those before the last start.
  };
  explicit Board(Parts parts) : parts_(std::move(parts)) {}

  struct Visitor {
    http::ExchangeId exchange;
    http::Request request;  // By which its rights are judged.
    std::vector<Topic> topics;
    std::string after = {};  // The last event that it knows; empty: none.
  };
  void join(Visitor visitor);
  void leave(http::ExchangeId exchange);

  // What is to be asked now; nothing while it was not taken yet what came of the last time.
  std::vector<std::unique_ptr<Question>> questions();
  // Once that was asked, at that instant, when this was the number of the next event.
  std::vector<Piece> take(Instant at, std::uint64_t next_event);

 private:
  struct Followed {
    std::unique_ptr<Channel> channel;
    std::optional<api::Context> context = {};  // Of one of those who see it; nothing: nobody does.
    std::string whole = {};                    // Empty until somebody needs it.
  };
  struct OfTopic {
    Followed* followed = nullptr;  // Null until it was asked once.
    std::string place = {};        // What its channel is told from others of the topic by.
    bool is_known = false;         // The viewer has been told all of it.
    std::string refusal = {};      // That it was told last.
    std::uint64_t left_out = 0;
  };
  struct Viewer {
    Visitor visitor;
    std::optional<std::uint64_t> after;
    std::vector<OfTopic> topics;
    std::shared_ptr<Lost> lost = std::make_shared<Lost>();
    int quiet_looks = 0;
    bool is_refused = false;
  };

  Followed& follow(Viewer& viewer, std::size_t index, api::Context context);
  std::string place_for(const Viewer& viewer, const std::string& key) const;
  std::optional<std::uint64_t> number_of(const std::string& id) const;
  std::string id_for(const Viewer& viewer, std::uint64_t next_event) const;
  void tell(Viewer& viewer, std::uint64_t next_event, std::vector<Piece>& pieces);
  static std::optional<Piece> piece_of(Viewer& viewer, std::size_t index, std::string_view id);

  const Parts parts_;
  std::vector<Viewer> viewers_;
  std::map<std::string, Followed> followed_;  // By who sees what.
  std::uint64_t next_event_ = 0;              // As of the last take(): no id tells more.
};

// As an event of a stream is written.
std::string event_text(std::string_view event, std::string_view id, std::string_view data);

}  // namespace mailrail::console
