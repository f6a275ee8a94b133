#include "ops/directory_source.h"

#include <fmt/format.h>

#include "broker/replay.h"

namespace mailrail::ops {

Result<std::unique_ptr<DirectorySource>> DirectorySource::open(log::Disk& disk, Random& random) {
  TRY(disk.lock());
  if (const auto found = TRY(log::examine(disk)); !found) {
    return fail(
        errors::unusable,
        fmt::format("The directory {} is no data directory of mailrail: no server has begun "
                    "a journal in it.",
                    disk.directory()));
  }
  auto log = TRY(log::FileLog::open(disk, random));
  return std::unique_ptr<DirectorySource>(new DirectorySource(std::move(log)));
}

Result<Instant> DirectorySource::replay(engine::Engine& engine) {
  TRY(broker::replay(*log_, engine));
  return log_->recovered().last_time.value_or(Instant{});
}

}  // namespace mailrail::ops
