// A small file that somebody wrote, whole.
//
// `-` is not standard input here, and a directory or a file of many megabytes is an error.

#pragma once

#include <string>

#include "base/result.h"

namespace mailrail::cli {

Result<std::string> read_text_file(const std::string& path);

}  // namespace mailrail::cli
