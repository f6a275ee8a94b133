#include "admin/events.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "admin/limits.h"
#include "api/access.h"
#include "api/room.h"
#include "sqs/errors.h"
#include "sqs/shown_message.h"

namespace mailrail::admin {
namespace {

using Kind = broker::TrafficEvent::Kind;

constexpr std::string_view latest = "Latest";
constexpr Kind kinds[] = {Kind::sent,          Kind::received, Kind::deleted,
                          Kind::dead_lettered, Kind::redriven, Kind::expired,
                          Kind::dropped,       Kind::parked,   Kind::unparked};

Result<void> check_kinds(const std::vector<std::string>& names) {
  for (const std::string& each : names) {
    if (std::ranges::find(kinds, each, &broker::name_of) != std::end(kinds)) continue;
    return sqs::errors::invalid_parameter(
        {"Kinds", each},
        "It must be sent, received, deleted, dead_lettered, redriven, expired, dropped, parked or "
        "unparked");
  }
  return {};
}

Result<std::optional<std::uint64_t>> read_after(const std::optional<std::string>& after) {
  if (!after) return std::optional<std::uint64_t>(0);
  if (*after == latest) return std::optional<std::uint64_t>();
  std::uint64_t number = 0;
  const char* end = after->data() + after->size();
  const auto [stop, error] = std::from_chars(after->data(), end, number);
  if (error == std::errc() && stop == end && !after->empty()) return std::optional(number);
  return sqs::errors::invalid_parameter({"After", *after},
                                        "It must be NextAfter of an earlier answer, or Latest");
}

Result<std::size_t> read_count(std::optional<int> count) {
  const int wanted = count.value_or(limits::listed_events_default);
  if (wanted >= 1 && wanted <= limits::listed_events_max) return static_cast<std::size_t>(wanted);
  return sqs::errors::invalid_parameter(
      {"MaxResults", std::to_string(wanted)},
      fmt::format("It must be between 1 and {}", limits::listed_events_max));
}

Result<void> read(const ListEventsInput& input, ListEvents::Prepared& prepared) {
  TRY(check_kinds(input.kinds));
  prepared.from = TRY(read_after(input.after));
  prepared.count_max = TRY(read_count(input.max_results));
  return {};
}

bool is_wanted(const broker::TrafficEvent& event,
               const engine::Queue* queue,
               const ListEvents::Prepared& prepared) {
  if (queue == nullptr || queue->attributes.is_delivery_queue() ||
      queue->name.region != prepared.place.region || queue->name.account != prepared.place.account)
    return false;
  if (prepared.queue && queue->name != prepared.queue->name) return false;
  if (prepared.group && event.group != *prepared.group) return false;
  if (!api::may_see(prepared.caller, {.about = auth::About::queue, .name = queue->name}))
    return false;
  return prepared.kinds.empty() ||
         std::ranges::find(prepared.kinds, broker::name_of(event.kind)) != prepared.kinds.end();
}

// The message, if it is still there, and its body if that was asked for and is not too much.
void add_message(ListEvents::Decided& decided,
                 ListEvents::Event& event,
                 const engine::Engine& engine,
                 std::size_t& bytes_left,
                 ListEvents::Bodies bodies) {
  if (event.event.seq == Seq()) return;
  event.message = engine.find_message(event.event.queue, event.event.seq);
  if (!event.message || bodies == ListEvents::Bodies::left_out ||
      event.message->state == engine::MessageState::damaged)
    return;
  const engine::Body body = event.message->message.body;
  if (body.length > bytes_left) return;
  bytes_left -= body.length;
  event.body = decided.bodies.size();
  decided.readable.push_back(event.message->message);
  decided.bodies.push_back(body);
}

}  // namespace

ListEvents::Prepared ListEvents::prepare(Input input, const api::Context& context) {
  Prepared prepared{
      .place = {.region = context.caller.region, .account = context.caller.account, .name = {}},
      .group = std::move(input.message_group_id),
      .caller = context.caller,
      .traffic = context.traffic};
  if (const Result<void> done = read(input, prepared); !done) prepared.error = done.error();
  if (!input.queue_url.empty()) prepared.queue.emplace(input.queue_url, context);
  prepared.kinds = std::move(input.kinds);
  if (input.show_bodies.value_or(false) && context.caller.sees_payloads())
    prepared.bodies = Bodies::shown;
  return prepared;
}

// About the account, or a queue if one is named: then whether it exists is for who may look at it.
Result<void> ListEvents::authorize(const api::AccessRequest& request, const Prepared& prepared) {
  if (!prepared.queue) return {};
  auth::Right right = *request.context.right;
  right.about = auth::About::queue;
  return api::authorize(request, right, *prepared.queue->subject());
}

api::Asked<ListEvents::Decided> ListEvents::decide(engine::Engine& engine,
                                                   engine::Turn& turn,
                                                   Prepared& prepared) {
  if (prepared.queue) TRY(prepared.queue->find(engine));
  if (prepared.error) return std::unexpected(*prepared.error);
  TRY(api::expect_room_to_look(turn));
  Decided decided;
  if (prepared.traffic == nullptr) return decided;
  const broker::Traffic& traffic = *prepared.traffic;
  decided.next = traffic.next_event();
  if (!prepared.from) return decided;
  // A number from before the last start may be above all there are.
  const std::uint64_t from = *prepared.from > decided.next ? 0 : *prepared.from;
  broker::Traffic::Followed followed = traffic.events_from(from, broker::Traffic::events_kept_max);
  decided.missed = followed.missed;
  std::size_t bytes_left = limits::peeked_bytes_max;
  std::uint64_t number = followed.next - followed.events.size();
  for (broker::TrafficEvent& each : followed.events) {
    decided.next = ++number;
    const engine::Queue* queue = engine.find_queue(each.queue);
    if (!is_wanted(each, queue, prepared)) continue;
    if (decided.events.size() == prepared.count_max) {
      ++decided.left_out;
      continue;
    }
    Event event{
        .event = std::move(each),
        .queue = queue->name,
        .type = queue->attributes.is_fifo ? engine::QueueType::fifo : engine::QueueType::standard};
    add_message(decided, event, engine, bytes_left, prepared.bodies);
    decided.events.push_back(std::move(event));
    const bool is_full = decided.events.size() == prepared.count_max;
    if (is_full && prepared.beyond == Beyond::next) break;
  }
  return decided;
}

Result<ListEventsOutput> ListEvents::finish(const Decided& decided,
                                            const Prepared&,
                                            const api::Context& context,
                                            const api::Bodies& bodies) {
  Output output{.next_after = std::to_string(decided.next),
                .missed = static_cast<std::int64_t>(decided.missed)};
  for (const Event& each : decided.events) {
    ListedEvent& listed = output.events.emplace_back();
    listed.kind = broker::name_of(each.event.kind);
    listed.timestamp = unix_ms(each.event.at);
    listed.queue_name = each.queue.name;
    if (!each.event.group.empty()) listed.message_group_id = each.event.group;
    if (each.event.seq != Seq()) {
      listed.sequence_number = engine::sequence_number(each.event.seq);
      listed.approximate_receive_count = each.event.receive_count;
    }
    if (!each.message) continue;
    const engine::ReceivedMessage& known = each.message->message;
    listed.message_id =
        context.identity->message_id(known.origin_queue, known.origin_seq, known.redrives);
    if (!each.body || !bodies.shows(*each.body)) continue;
    listed.body = TRY(sqs::shown_message(known, bodies[*each.body], each.type, context)).body;
  }
  return output;
}

}  // namespace mailrail::admin
