#include "sim/sim_disk.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"

namespace mailrail::sim {
namespace {

std::unexpected<Error> failed(std::string_view verb, const std::string& path, Fault fault) {
  const std::string_view cause = fault == Fault::power_cut  ? "No power"
                                 : fault == Fault::no_space ? "No space left on device"
                                                            : "Input/output error";
  return fail(fault == Fault::no_space ? errors::no_space : errors::io,
              fmt::format("Cannot {} {}: {}.", verb, path, cause));
}

std::uint64_t unit_bytes(Unsynced unsynced) {
  switch (unsynced) {
    case Unsynced::survives_in_pages:
      return 4096;
    case Unsynced::survives_in_sectors:
    case Unsynced::survives_damaged:
      return 512;
    default:
      return std::uint64_t{1} << 62;
  }
}

}  // namespace

class SimFile final : public log::File {
  using Call = SimDisk::Call;

 public:
  SimFile(SimDisk& disk, SimDisk::FileNumber number, std::string path)
      : disk_(disk), number_(number), path_(std::move(path)), boot_(disk.boots_) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    if (const auto fault = step(Call::looks)) return failed("read", path_, *fault);
    return content().cached.read(offset, out);
  }

  Result<std::size_t> read_cached(std::uint64_t offset, std::span<char> out) const override {
    return read_at(offset, out);
  }

  Result<void> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    std::string bytes;
    for (const std::string_view piece : pieces) bytes += piece;
    const bool had_power = is_alive();
    auto fault = step(Call::changes);
    if (!fault && !disk_.has_space(content(), offset + bytes.size())) fault = Fault::no_space;
    if (fault && *fault != Fault::power_cut) bytes.resize(bytes.size() / 2);
    if (fault == Fault::no_space && !disk_.has_space(content(), offset + bytes.size()))
      bytes.clear();
    if (had_power) {
      content().cached.overwrite(offset, bytes);
      content().unsynced.push_back(SimDisk::Write{.offset = offset, .bytes = std::move(bytes)});
    }
    if (fault) return failed("write", path_, *fault);
    return {};
  }

  Result<void> sync() override {
    const auto fault = step(Call::changes);
    if (fault == Fault::sync_failure) content().unsynced.clear();
    if (fault) return failed("sync", path_, *fault);
    disk_.settle(content(), Unsynced::survives);
    return {};
  }

  Result<void> allocate(std::uint64_t bytes) override {
    const bool had_power = is_alive();
    auto fault = step(Call::changes);
    if (!fault && !disk_.has_space(content(), bytes)) fault = Fault::no_space;
    if (had_power && (!fault || *fault == Fault::power_cut) && content().cached.size() < bytes) {
      content().cached.grow(bytes);
      content().unsynced.push_back(SimDisk::Growth{.size = bytes});
    }
    if (fault) return failed("reserve space for", path_, *fault);
    return {};
  }

  Result<std::uint64_t> size() const override {
    if (const auto fault = step(Call::looks)) return failed("examine", path_, *fault);
    return content().cached.size();
  }

 private:
  bool is_alive() const { return disk_.has_power_ && boot_ == disk_.boots_; }
  std::optional<Fault> step(SimDisk::Call call) const {
    return boot_ == disk_.boots_ ? disk_.step(call) : Fault::power_cut;
  }
  SimDisk::Content& content() const { return disk_.files_.at(number_); }

  SimDisk& disk_;
  SimDisk::FileNumber number_;
  std::string path_;
  std::uint64_t boot_;
};

SimDisk::SimDisk(std::uint64_t seed, std::string directory)
    : directory_(std::move(directory)), random_(seed) {}

void SimDisk::inject(std::uint64_t step, Fault fault) {
  forget_fault();
  fault_step_ = step;
  fault_ = fault;
}

void SimDisk::inject_at_change(std::uint64_t change, Fault fault) {
  forget_fault();
  fault_change_ = change;
  fault_ = fault;
}

void SimDisk::forget_fault() {
  fault_step_ = 0;
  fault_change_ = 0;
  has_met_fault_ = false;
}

std::optional<Fault> SimDisk::step(Call call) const {
  if (!has_power_) return Fault::power_cut;
  ++steps_;
  changes_ += call == Call::changes ? 1 : 0;
  const bool is_change = call == Call::changes && changes_ == fault_change_;
  if (steps_ != fault_step_ && !is_change) return std::nullopt;
  has_met_fault_ = true;
  if (fault_ == Fault::power_cut) has_power_ = false;
  return fault_;
}

void SimDisk::restart(Unsynced unsynced) {
  for (const Change& each : unsynced_changes_) {
    if (survives(unsynced)) apply(synced_entries_, each);
  }
  unsynced_changes_.clear();
  cached_entries_ = synced_entries_;

  std::map<FileNumber, Content> kept;
  for (const auto& [name, number] : synced_entries_) kept.insert(files_.extract(number));
  files_ = std::move(kept);
  for (auto& [number, content] : files_) {
    settle(content, unsynced);
    content.cached = content.synced;
  }
  ++boots_;
  has_power_ = true;
}

bool SimDisk::survives(Unsynced unsynced) {
  if (unsynced == Unsynced::vanishes) return false;
  return unsynced == Unsynced::survives || random_.below(2) == 0;
}

// Decides for each unsynced write, unit by unit, and forgets them.
void SimDisk::settle(Content& content, Unsynced unsynced) {
  const std::uint64_t unit = unit_bytes(unsynced);
  for (const auto& each : content.unsynced) {
    if (const auto* growth = std::get_if<Growth>(&each)) {
      if (survives(unsynced)) content.synced.grow(growth->size);
      continue;
    }
    const auto& write = std::get<Write>(each);
    const std::uint64_t end = write.offset + write.bytes.size();
    for (std::uint64_t at = write.offset; at < end;) {
      const std::uint64_t unit_end = std::min(end, (at / unit + 1) * unit);
      if (survives(unsynced))
        survive(content, at, write.bytes.substr(at - write.offset, unit_end - at), unsynced);
      at = unit_end;
    }
  }
  content.unsynced.clear();
}

// A bit can only go wrong where one changes: bytes that are written as they were stay so.
void SimDisk::survive(Content& content,
                      std::uint64_t offset,
                      std::string bytes,
                      Unsynced unsynced) {
  const bool may_be_damaged = unsynced == Unsynced::survives_damaged && random_.below(4) == 0;
  if (may_be_damaged && !content.synced.has(offset, bytes))
    bytes[random_.below(bytes.size())] ^= static_cast<char>(1 << random_.below(8));
  content.synced.overwrite(offset, bytes);
}

std::uint64_t SimDisk::bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, number] : cached_entries_) bytes += files_.at(number).cached.size();
  return bytes;
}

bool SimDisk::has_space(const Content& content, std::uint64_t end) const {
  const std::uint64_t size = content.cached.size();
  return end <= size || bytes() + (end - size) <= bytes_max_;
}

void SimDisk::apply(Entries& entries, const Change& change) {
  if (const auto* entered = std::get_if<Entered>(&change)) {
    entries[entered->name] = entered->file;
  } else if (const auto* renamed = std::get_if<Renamed>(&change)) {
    entries.erase(renamed->from);
    entries[renamed->to] = renamed->file;
  } else {
    entries.erase(std::get<Removed>(change).name);
  }
}

Result<void> SimDisk::change(const Change& change) {
  const bool had_power = has_power_;
  const auto fault = step(Call::changes);
  if (had_power && (!fault || *fault == Fault::power_cut)) {
    apply(cached_entries_, change);
    unsynced_changes_.push_back(change);
  }
  if (fault) return failed("change", directory_, *fault);
  return {};
}

std::vector<std::string> SimDisk::names() const {
  std::vector<std::string> names;
  for (const auto& [name, number] : cached_entries_) names.push_back(name);
  return names;
}

std::string SimDisk::content(std::string_view name) const {
  const auto entry = cached_entries_.find(name);
  CHECK(entry != cached_entries_.end());
  return files_.at(entry->second).cached.all();
}

void SimDisk::put(std::string_view name, std::string bytes) {
  const Sparse content(std::move(bytes));
  files_[file_next_] = Content{.cached = content, .synced = content, .unsynced = {}};
  cached_entries_[std::string(name)] = file_next_;
  synced_entries_[std::string(name)] = file_next_;
  ++file_next_;
}

void SimDisk::erase(std::string_view name) {
  cached_entries_.erase(std::string(name));
  synced_entries_.erase(std::string(name));
}

Result<void> SimDisk::lock() {
  if (const auto fault = step(Call::looks)) return failed("lock", directory_, *fault);
  return {};
}

Result<std::vector<std::string>> SimDisk::list() const {
  if (const auto fault = step(Call::looks)) return failed("list", directory_, *fault);
  return names();
}

Result<std::unique_ptr<log::File>> SimDisk::open_file(std::string_view name) {
  if (const auto fault = step(Call::looks)) return failed("open", path(name), *fault);
  const auto entry = cached_entries_.find(name);
  if (entry == cached_entries_.end()) {
    return fail(errors::io, fmt::format("Cannot open {}: No such file or directory.", path(name)));
  }
  return std::make_unique<SimFile>(*this, entry->second, path(name));
}

Result<std::unique_ptr<log::File>> SimDisk::create_file(std::string_view name) {
  const FileNumber number = file_next_++;
  files_[number];
  TRY(change(Entered{.name = std::string(name), .file = number}));
  return std::make_unique<SimFile>(*this, number, path(name));
}

Result<void> SimDisk::rename(std::string_view from, std::string_view to) {
  const auto entry = cached_entries_.find(from);
  CHECK(!has_power_ || entry != cached_entries_.end());
  const FileNumber number = has_power_ ? entry->second : 0;
  return change(Renamed{.from = std::string(from), .to = std::string(to), .file = number});
}

Result<void> SimDisk::remove(std::string_view name) {
  return change(Removed{.name = std::string(name)});
}

Result<void> SimDisk::sync() {
  const auto fault = step(Call::changes);
  if (fault == Fault::sync_failure) unsynced_changes_.clear();
  if (fault) return failed("sync", directory_, *fault);
  for (const Change& each : unsynced_changes_) apply(synced_entries_, each);
  unsynced_changes_.clear();
  return {};
}

}  // namespace mailrail::sim
