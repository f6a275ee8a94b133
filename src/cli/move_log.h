// `mailrail move-log FROM TO`: moves a log to another place, of the same kind or the other.
// It says on standard output what was moved, and on standard error why nothing was.

#pragma once

#include <string>

namespace mailrail::cli {

struct MoveLogOptions {
  std::string from;  // As log_place() takes it.
  std::string to;
  std::string log_name = "mailrail";  // In a database.
  std::string password_file = {};
};

// The process's exit code: 0 moved, 1 the log is damaged or the copy not the same, 2 it was not
// done for another reason.
int move_log(const MoveLogOptions& options);

}  // namespace mailrail::cli
