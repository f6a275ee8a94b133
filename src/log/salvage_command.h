// The error that tells of damage in a data directory, with the command that saves what can be read
// of it.
//
// The command works as it stands when it is pasted into a shell where the directory's name means
// the same: quoted where it must be, and with a place for the result that is beside the directory.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mailrail::log {

// Damage in what was synced. `where` goes on behind "damaged": "in its checkpoint".
struct FoundDamage {
  std::string_view where;
  std::string_view what;
};
Error damage_error(std::string_view directory, const FoundDamage& damage);

std::string salvage_command(std::string_view directory);

// A word of a command line as a shell has to be given it.
std::string shell_word(std::string_view text);

}  // namespace mailrail::log
