#include "sim/sim_session.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "log/postgres/layout.h"

namespace mailrail::sim {

using log::postgres::Change;
using log::postgres::Partition;
using log::postgres::Predecessor;
using log::postgres::StoredCheckpoint;
using log::postgres::StoredFrame;
using log::postgres::StoredPart;
using log::postgres::Tail;

namespace {

constexpr std::uint64_t busy_one_in = 4;

std::uint64_t partition_of(std::uint64_t position) {
  return log::postgres::partition_of(Position(position));
}

bool holds(const std::map<std::uint64_t, StoredFrame>& frames, const Predecessor& expected) {
  const auto found = frames.find(expected.position.value());
  return found != frames.end() && found->second.checksum == expected.checksum;
}

}  // namespace

template <class Question>
auto SimPostgres::ask(std::uint64_t session, Question question)
    -> Result<decltype(question(std::declval<const Tables&>()))> {
  TRY(begin(session));
  if (const std::optional<Mishap> met = mishap()) {
    strike(session, *met);
    TRY(end(session));
  }
  const Tables& tables = primary_;
  auto answer = question(tables);
  if (others_) others_();
  TRY(end(session));
  return answer;
}

Result<Change> SimSession::by_owner(std::uint64_t epoch,
                                    std::function<Change(Tables&)> run,
                                    std::optional<Unfenced> unless,
                                    IfNothingChanges then) {
  const SimPostgres& server = server_;
  const auto fenced = [&server, epoch, unless, run = std::move(run)](Tables& tables) {
    return server.is_fenced(tables, epoch, unless) ? Change::fenced : run(tables);
  };
  return server_.change(
      session_, {.run = fenced, .epoch = epoch, .locks_lease = then == IfNothingChanges::commits});
}

Result<void> SimSession::prepare_tables() {
  const auto make = [](Tables& tables) {
    if (tables.exist) return Change::occupied;
    tables.exist = true;
    return Change::done;
  };
  TRY(server_.change(session_, {.run = make}));
  return {};
}

// --- The lease.

Result<log::Lease> SimSession::lease() {
  return server_.ask(session_, [](const Tables& tables) { return tables.lease; });
}

Result<bool> SimSession::take_over(const log::Lease& seen, const log::LogOwner& owner) {
  const bool counts = server_.about_ != Unfenced::take_overs;
  const auto run = [seen, owner, counts](Tables& tables) {
    log::Lease& lease = tables.lease;
    if (lease.epoch != seen.epoch || lease.beats != seen.beats) return Change::fenced;
    if (counts) lease.epoch += 1;
    lease.beats += 1;
    lease.owner = owner;
    return Change::done;
  };
  const Change change = TRY(server_.change(session_, {.run = run, .changes_owner = true}));
  return change == Change::done;
}

Result<Change> SimSession::renew(std::uint64_t epoch) {
  return by_owner(epoch, [](Tables& tables) {
    tables.lease.beats += 1;
    return Change::done;
  });
}

Result<Change> SimSession::release(std::uint64_t epoch) {
  return by_owner(epoch, [](Tables& tables) {
    tables.lease.beats += 1;
    tables.lease.owner.reset();
    return Change::done;
  });
}

// --- Frames.

Result<Change> SimSession::insert(const StoredFrame& frame, const Predecessor& predecessor) {
  const auto run = [frame, predecessor](Tables& tables) {
    if (tables.frames.contains(frame.position.value())) return Change::occupied;
    if (predecessor.position != Position() && !holds(tables.frames, predecessor))
      return Change::orphaned;
    // An error there, which comes to the same.
    if (!tables.partitions.contains(partition_of(frame.position.value()))) return Change::orphaned;
    tables.frames.emplace(frame.position.value(), frame);
    return Change::done;
  };
  return by_owner(frame.epoch, run, Unfenced::inserts, IfNothingChanges::commits);
}

// The owner changes something with it, and so waits until the standby has all before.
Result<std::optional<StoredFrame>> SimSession::frame_at(Position position, std::uint64_t epoch) {
  const auto shown = std::make_shared<std::optional<StoredFrame>>();
  const Change change = TRY(by_owner(epoch, [position, shown](Tables& tables) {
    const auto found = tables.frames.find(position.value());
    if (found != tables.frames.end()) *shown = found->second;
    tables.lease.beats += 1;
    return Change::done;
  }));
  if (change == Change::fenced) return std::nullopt;
  return *shown;
}

Result<std::vector<StoredFrame>> SimSession::frames_with(std::span<const Position> positions) {
  return server_.ask(session_, [&](const Tables& tables) {
    std::map<std::uint64_t, StoredFrame> found;
    for (const Position each : positions) {
      const auto after = tables.frames.upper_bound(each.value());
      if (after != tables.frames.begin()) found.insert(*std::prev(after));
    }
    std::vector<StoredFrame> frames;
    for (auto& [position, frame] : found) frames.push_back(std::move(frame));
    return frames;
  });
}

// In two statements: much can happen between them.
Result<Tail> SimSession::tail(const Predecessor& seen, Position from, std::size_t bytes) {
  Tail tail = TRY(server_.ask(session_, [&](const Tables& tables) {
    Tail end{.lease = tables.lease, .has_predecessor = holds(tables.frames, seen)};
    if (tables.frames.empty()) return end;
    const StoredFrame& last = tables.frames.rbegin()->second;
    end.last = last.position;
    end.last_bytes = last.payload.size();
    return end;
  }));
  if (tail.last < from) return tail;
  tail.frames = TRY(server_.ask(session_, [&](const Tables& tables) {
    std::vector<StoredFrame> frames;
    const auto first = tables.frames.lower_bound(from.value());
    for (auto each = first; each != tables.frames.end(); ++each) {
      if (each != first && each->first >= from.value() + bytes) break;
      frames.push_back(each->second);
    }
    return frames;
  }));
  return tail;
}

// --- Partitions.

Result<std::vector<Partition>> SimSession::partitions() {
  return server_.ask(session_, [](const Tables& tables) {
    std::vector<Partition> partitions;
    for (const std::uint64_t number : tables.partitions) {
      Partition partition{.number = number, .end = log::postgres::begin_of(number)};
      const auto after = tables.frames.lower_bound(log::postgres::begin_of(number + 1).value());
      if (after != tables.frames.begin()) {
        const StoredFrame& last = std::prev(after)->second;
        partition.end = std::max(partition.end, last.position + last.payload.size());
      }
      partitions.push_back(partition);
    }
    return partitions;
  });
}

Result<Change> SimSession::add_partition(std::uint64_t epoch, std::uint64_t number) {
  return by_owner(epoch, [number](Tables& tables) {
    return tables.partitions.insert(number).second ? Change::done : Change::occupied;
  });
}

Result<Change> SimSession::drop_partition(std::uint64_t epoch, std::uint64_t number) {
  const auto run = [number](Tables& tables) {
    std::erase_if(tables.frames,
                  [&](const auto& each) { return partition_of(each.first) == number; });
    tables.partitions.erase(number);
    return Change::done;
  };
  if (server_.unlucky_one_in_ > 0 && server_.chance(busy_one_in))  // Somebody reads in it.
    return by_owner(epoch, [](Tables&) { return Change::busy; });
  return by_owner(epoch, run, Unfenced::trims);
}

// --- Checkpoints.

Result<std::optional<StoredCheckpoint>> SimSession::checkpoint() {
  return server_.ask(session_, [](const Tables& tables) {
    std::optional<StoredCheckpoint> newest;
    for (const auto& [number, checkpoint] : tables.checkpoints) {
      if (checkpoint.finished) newest = checkpoint.finished;
    }
    return newest;
  });
}

Result<std::vector<std::uint64_t>> SimSession::checkpoints() {
  return server_.ask(session_, [](const Tables& tables) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, checkpoint] : tables.checkpoints) numbers.push_back(number);
    return numbers;
  });
}

Result<Change> SimSession::begin_checkpoint(std::uint64_t epoch, std::uint64_t number) {
  return by_owner(epoch, [number](Tables& tables) {
    return tables.checkpoints.try_emplace(number).second ? Change::done : Change::occupied;
  });
}

Result<Change> SimSession::add_part(std::uint64_t epoch,
                                    std::uint64_t checkpoint,
                                    std::uint32_t number,
                                    const StoredPart& part) {
  const auto run = [checkpoint, number, part](Tables& tables) {
    const auto found = tables.checkpoints.find(checkpoint);
    if (found == tables.checkpoints.end()) return Change::orphaned;
    return found->second.parts.emplace(number, part).second ? Change::done : Change::occupied;
  };
  const Change added = TRY(by_owner(epoch, run, {}, IfNothingChanges::commits));
  if (added == Change::orphaned)
    return fail(errors::unusable, "The simulated database has no such checkpoint.");
  return added;
}

Result<std::optional<StoredPart>> SimSession::part(std::uint64_t checkpoint, std::uint32_t number) {
  return server_.ask(session_, [=](const Tables& tables) -> std::optional<StoredPart> {
    const auto found = tables.checkpoints.find(checkpoint);
    if (found == tables.checkpoints.end()) return std::nullopt;
    const auto part = found->second.parts.find(number);
    if (part == found->second.parts.end()) return std::nullopt;
    return part->second;
  });
}

Result<Change> SimSession::finish_checkpoint(std::uint64_t epoch,
                                             const StoredCheckpoint& checkpoint) {
  const auto run = [checkpoint](Tables& tables) {
    const auto found = tables.checkpoints.find(checkpoint.number);
    if (found == tables.checkpoints.end()) return Change::fenced;
    found->second.finished = checkpoint;
    return Change::done;
  };
  return by_owner(epoch, run, Unfenced::checkpoints);
}

Result<Change> SimSession::drop_checkpoint(std::uint64_t epoch, std::uint64_t number) {
  const auto run = [number](Tables& tables) {
    tables.checkpoints.erase(number);
    return Change::done;
  };
  return by_owner(epoch, run, Unfenced::trims);
}

}  // namespace mailrail::sim
