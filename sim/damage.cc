#include "sim/damage.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"
#include "broker/replay.h"
#include "engine/engine.h"
#include "sim/carry_out.h"
#include "sim/clients.h"

namespace mailrail::sim {
namespace {

constexpr std::uint64_t page_bytes = log::format::page_bytes;
constexpr std::uint64_t sector_bytes = 512;
constexpr int tries_max = 40;

// A place that is not empty, if one is found soon.
std::optional<Harm> somewhere(const Files& files, std::uint64_t unit_bytes, Random& random) {
  for (int tries = 0; tries < tries_max; ++tries) {
    const auto& [name, content] =
        *std::next(files.begin(), static_cast<std::ptrdiff_t>(random.below(files.size())));
    if (content.empty()) continue;
    const std::uint64_t offset = random.below(content.size()) / unit_bytes * unit_bytes;
    const std::uint64_t bytes = std::min(unit_bytes, content.size() - offset);
    if (!log::format::is_zeros(std::string_view(content).substr(offset, bytes)))
      return Harm{.name = name, .offset = offset, .bytes = bytes};
  }
  return std::nullopt;
}

std::optional<Harm> overwrite(SimDisk& disk, const Harm& where, std::string_view bytes) {
  std::string content = disk.content(where.name);
  if (content.compare(where.offset, bytes.size(), bytes) == 0) return std::nullopt;
  content.replace(where.offset, bytes.size(), bytes);
  disk.put(where.name, std::move(content));
  return where;
}

std::optional<Harm> flip_bit(SimDisk& disk, Random& random) {
  const auto where = somewhere(files_of(disk), 1, random);
  if (!where) return std::nullopt;
  std::string byte = disk.content(where->name).substr(where->offset, 1);
  byte[0] ^= static_cast<char>(1 << random.below(8));
  return overwrite(disk, *where, byte);
}

std::optional<Harm> lose_write(SimDisk& disk, const Files& older, Random& random) {
  const Files files = files_of(disk);
  for (int tries = 0; tries < tries_max; ++tries) {
    const auto where = somewhere(files, random.below(2) == 0 ? sector_bytes : page_bytes, random);
    if (!where) return std::nullopt;
    const auto before = older.find(where->name);
    if (before == older.end() || before->second.size() < where->offset + where->bytes) continue;
    const auto bytes = std::string_view(before->second).substr(where->offset, where->bytes);
    if (const auto harmed = overwrite(disk, *where, bytes)) return harmed;
  }
  return std::nullopt;
}

std::optional<Harm> misdirect(SimDisk& disk, Random& random) {
  const Files files = files_of(disk);
  const auto from = somewhere(files, page_bytes, random);
  const auto to = somewhere(files, page_bytes, random);
  if (!from || !to || from->bytes != to->bytes) return std::nullopt;
  return overwrite(disk, *to,
                   std::string_view(files.at(from->name)).substr(from->offset, from->bytes));
}

std::optional<Harm> lose_file(SimDisk& disk, Random& random) {
  const auto where = somewhere(files_of(disk), 1, random);
  if (where) disk.erase(where->name);
  return where;
}

std::optional<Harm> replace_file(SimDisk& disk, const Files& others, Random& random) {
  const Files files = files_of(disk);
  std::vector<std::string> names;
  for (const auto& [name, content] : others) {
    const auto now = files.find(name);
    if (now != files.end() && now->second != content) names.push_back(name);
  }
  if (names.empty()) return std::nullopt;
  const std::string& name = names[random.below(names.size())];
  disk.put(name, others.at(name));
  return Harm{.name = name, .offset = 0, .bytes = others.at(name).size()};
}

}  // namespace

Files files_of(const SimDisk& disk) {
  Files files;
  for (const std::string& name : disk.names()) files[name] = disk.content(name);
  return files;
}

Files other_future(const Files& backup,
                   const Ledger& ledger,
                   const log::FileLogOptions& options,
                   std::uint64_t seed) {
  SimDisk disk(seed);
  for (const auto& [name, content] : backup) disk.put(name, content);
  SeededRandom random(seed);
  auto log = log::FileLog::open(disk, random, options);
  if (!log) return {};
  engine::Engine engine(random.next());
  if (!broker::replay(**log, engine) || !engine.is_founded()) return {};
  Instant now = (*log)->recovered().last_time.value_or(Instant{});
  Clients clients(random, Habit::mixed);
  for (std::uint64_t frames = 5 + random.below(60); frames > 0; --frames) {
    now += Duration(random.below(200));
    engine::FactWriter facts((*log)->next_position());
    engine::Turn turn{.now = now, .random = random, .facts = facts};
    for (std::uint64_t left = 1 + random.below(3); left > 0; --left) {
      const Command command = clients.next(ledger);
      carry_out(command, engine, turn);
    }
    if (facts.count() == 0) continue;
    const log::Frame frame{.position = facts.position(),
                           .time = now,
                           .count = facts.count(),
                           .payload = facts.take_payload()};
    CHECK((*log)->append(frame).outcome == log::Outcome::durable);
  }
  return files_of(disk);
}

std::optional<Harm> harm(SimDisk& disk, Damage damage, const Files& others, Random& random) {
  switch (damage) {
    case Damage::flipped_bit:
      return flip_bit(disk, random);
    case Damage::lost_write:
      return lose_write(disk, others, random);
    case Damage::misdirected_write:
      return misdirect(disk, random);
    case Damage::missing_file:
      return lose_file(disk, random);
    case Damage::older_file:
    case Damage::other_future:
      return replace_file(disk, others, random);
  }
  return std::nullopt;
}

}  // namespace mailrail::sim
