// `mailrail verify DIR`: whether a data directory is whole.
// It says on standard output what is in it and what is damaged, and on standard error why it could
// not look.

#pragma once

#include <string>

namespace mailrail::cli {

// The process's exit code: 0 whole, 1 damaged, 2 it could not be verified.
int verify(const std::string& directory);

}  // namespace mailrail::cli
