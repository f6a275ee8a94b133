// The command that saves what can be read of a damaged data directory, as an error offers it.
//
// It works as it stands when it is pasted into a shell where the directory's name means the same:
// quoted where it must be, and with a place for the result that is beside the directory.

#pragma once

#include <string>
#include <string_view>

namespace mailrail::log {

std::string salvage_command(std::string_view directory);

// A word of a command line as a shell has to be given it.
std::string shell_word(std::string_view text);

}  // namespace mailrail::log
