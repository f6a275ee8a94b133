// `mailrail verify DIR`, or a log's URL: whether a data directory, or a log in a database, is
// whole. It says on standard output what is in it and what is damaged, and on standard error why it
// could not look.

#pragma once

#include <string>

namespace mailrail::cli {

struct VerifyOptions {
  std::string log;                    // A directory or postgres://...
  std::string log_name = "mailrail";  // In a database.
  std::string password_file = {};
};

// The process's exit code: 0 whole, 1 damaged, 2 it could not be verified.
int verify(const VerifyOptions& options);

}  // namespace mailrail::cli
