// Damage: what may become of bytes that were synced, though no disk should let it happen.
//
// A server must notice: refuse to start and say where, or never show what it cannot vouch for.
// Besides bits and writes that go astray these are a file of an older backup, and one of a server
// that was started from that backup and went on otherwise: every frame in it is valid.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "log/file/file_log.h"
#include "sim/ledger.h"
#include "sim/sim_disk.h"

namespace mailrail::sim {

enum class Damage : std::uint8_t {
  flipped_bit,
  lost_write,         // A sector or a page has what stood there at the time of the backup.
  misdirected_write,  // A page has what was written to another.
  missing_file,
  older_file,
  other_future,  // A file of the server that went on otherwise.
};
inline constexpr Damage all_damage[] = {Damage::flipped_bit,       Damage::lost_write,
                                        Damage::misdirected_write, Damage::missing_file,
                                        Damage::older_file,        Damage::other_future};

using Files = std::map<std::string, std::string>;
Files files_of(const SimDisk& disk);

// What a server makes of the backup when other clients come.
Files other_future(const Files& backup,
                   const Ledger& ledger,
                   const log::FileLogOptions& options,
                   std::uint64_t seed);

// What was harmed.
struct Harm {
  std::string name;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

// Nothing if the disk has nothing that can be harmed so. `others` are the files of the backup or of
// the other future.
std::optional<Harm> harm(SimDisk& disk, Damage damage, const Files& others, Random& random);

}  // namespace mailrail::sim
