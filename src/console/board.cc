#include "console/board.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"

namespace mailrail::console {
namespace {

constexpr std::string_view still_here = ":\n\n";

bool is_list_of_events(const Topic& topic) { return topic.kind == Topic::Kind::tail; }

std::string refusal_text(const Topic& topic, const std::string& why) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("Topic", text_of(topic));
  json.member("Message", why);
  json.end_object();
  return text;
}

// Who sees the same: whoever asks with one key, for one account and region, and by one endpoint,
// which stands in the URLs of queues.
std::string audience_of(const api::Context& context) {
  const auth::Caller& caller = context.caller;
  return fmt::format("{} {} {} {}", caller.grant == nullptr ? "" : caller.grant->key_id,
                     caller.account, caller.region, context.endpoint);
}

}  // namespace

std::string event_text(std::string_view event, std::string_view id, std::string_view data) {
  return fmt::format("event: {}\nid: {}\ndata: {}\n\n", event, id, data);
}

// Events come before what may be known by them, so that whoever goes on from the last id that he
// has seen misses none.
void Board::join(Visitor visitor) {
  std::ranges::partition(visitor.topics, is_list_of_events);
  Viewer viewer{.visitor = std::move(visitor), .after = {}, .topics = {}};
  viewer.after = number_of(viewer.visitor.after);
  viewer.topics.resize(viewer.visitor.topics.size());
  viewers_.push_back(std::move(viewer));
}

void Board::leave(http::ExchangeId exchange) {
  std::erase_if(viewers_, [&](const Viewer& each) { return each.visitor.exchange == exchange; });
}

std::optional<std::uint64_t> Board::number_of(const std::string& id) const {
  const std::string before = parts_.epoch + "-";
  if (!id.starts_with(before)) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = id.data() + id.size();
  const auto read = std::from_chars(id.data() + before.size(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number > next_event_) return std::nullopt;
  return number;
}

// Each goes on from where it stopped. Whoever comes when others who stopped there have gone on goes
// on by himself.
std::string Board::place_for(const Viewer& viewer, const std::string& key) const {
  std::string place = fmt::format(" {}", *viewer.after);
  const auto others = followed_.find(key + place);
  if (others == followed_.end() || others->second.channel->position() == viewer.after) return place;
  const http::ExchangeId& own = viewer.visitor.exchange;
  return fmt::format("{} {} {} {}", place, own.thread, own.slot, own.generation);
}

Board::Followed& Board::follow(Viewer& viewer, std::size_t index, api::Context context) {
  const Topic& topic = viewer.visitor.topics[index];
  const std::string key = audience_of(context) + " " + text_of(topic);
  std::string& place = viewer.topics[index].place;
  if (is_list_of_events(topic) && viewer.after && place.empty()) place = place_for(viewer, key);
  Followed& followed = followed_[key + place];
  if (followed.channel == nullptr)
    followed.channel = make_channel(topic, parts_.channels, viewer.after);
  followed.context = std::move(context);
  return followed;
}

std::vector<std::unique_ptr<Question>> Board::questions() {
  for (auto& [key, each] : followed_) each.context.reset();
  for (Viewer& viewer : viewers_) {
    Result<auth::Caller> caller = parts_.sessions.caller_of(viewer.visitor.request);
    viewer.is_refused = !caller;
    if (viewer.is_refused) continue;
    const api::Context context =
        parts_.dispatcher.context_of(viewer.visitor.request, *std::move(caller));
    for (std::size_t i = 0; i < viewer.topics.size(); ++i) {
      Followed* const followed = &follow(viewer, i, context);
      OfTopic& topic = viewer.topics[i];
      topic.is_known = topic.is_known && topic.followed == followed;
      topic.followed = followed;
    }
  }
  std::erase_if(followed_, [](const auto& each) { return !each.second.context; });
  std::vector<std::unique_ptr<Question>> questions;
  for (auto& [key, each] : followed_) questions.push_back(each.channel->ask(*each.context));
  return questions;
}

std::vector<Piece> Board::take(Instant at, std::uint64_t next_event) {
  next_event_ = next_event;
  for (auto& [key, each] : followed_) {
    each.channel->take(at);
    each.whole.clear();
  }
  std::vector<Piece> pieces;
  for (Viewer& each : viewers_) {
    if (each.is_refused) {
      pieces.push_back({.exchange = each.visitor.exchange, .text = {}, .is_end = true});
    } else {
      tell(each, next_event, pieces);
    }
  }
  std::erase_if(viewers_, [](const Viewer& each) { return each.is_refused; });
  return pieces;
}

void Board::tell(Viewer& viewer, std::uint64_t next_event, std::vector<Piece>& pieces) {
  const std::string id = id_for(viewer, next_event);
  const std::size_t before = pieces.size();
  for (std::size_t i = 0; i < viewer.topics.size(); ++i) {
    if (std::optional<Piece> piece = piece_of(viewer, i, id)) pieces.push_back(*std::move(piece));
  }
  viewer.quiet_looks = pieces.size() == before ? viewer.quiet_looks + 1 : 0;
  if (viewer.quiet_looks < quiet_looks_max) return;
  viewer.quiet_looks = 0;
  pieces.push_back({.exchange = viewer.visitor.exchange, .text = std::string(still_here)});
}

// The first event that it has not seen of those that it follows.
std::string Board::id_for(const Viewer& viewer, std::uint64_t next_event) const {
  std::uint64_t number = next_event;
  for (const OfTopic& each : viewer.topics) {
    if (each.followed == nullptr) continue;
    if (const auto position = each.followed->channel->position())
      number = std::min(number, *position);
  }
  return fmt::format("{}-{}", parts_.epoch, number);
}

std::optional<Piece> Board::piece_of(Viewer& viewer, std::size_t index, std::string_view id) {
  OfTopic& topic = viewer.topics[index];
  if (topic.followed == nullptr) return std::nullopt;  // Came after the others were asked.
  const Topic& name = viewer.visitor.topics[index];
  Channel& channel = *topic.followed->channel;
  if (viewer.lost->pieces[index].exchange(0) > 0) topic.is_known = false;
  topic.left_out += viewer.lost->events[index].exchange(0);
  Piece piece{.exchange = viewer.visitor.exchange,
              .text = {},
              .lost = viewer.lost,
              .topic = index,
              .events = channel.events() + channel.left_out()};
  if (!channel.refusal().empty()) {
    topic.is_known = false;
    if (topic.refusal == channel.refusal()) return std::nullopt;
    topic.refusal = channel.refusal();
    piece.text = event_text("refused", id, refusal_text(name, topic.refusal));
    return piece;
  }
  topic.refusal.clear();
  std::string& whole = topic.followed->whole;
  if (!topic.is_known && whole.empty()) whole = channel.whole();
  std::string data = topic.is_known ? channel.news() : whole;
  topic.is_known = true;
  if (data.empty()) return std::nullopt;
  if (channel.counts_left_out()) {
    piece.events += topic.left_out;
    data += std::to_string(channel.left_out() + std::exchange(topic.left_out, 0)) + "}";
  }
  piece.text = event_text(name_of(name.kind), id, data);
  return piece;
}

}  // namespace mailrail::console
