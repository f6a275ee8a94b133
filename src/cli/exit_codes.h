// What commands that ask a server exit with, and the kinds of errors that lead there.
//
// Scripts rely on the numbers: a kind has one, and keeps it. (verify and salvage have numbers of
// their own.)

#pragma once

#include <cstdint>

#include "base/error.h"
#include "client/errors.h"

namespace mailrail::cli {

enum class ExitCode : std::uint8_t {
  done = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  unconfirmed = 4,
  denied = 5,
  unreachable = 6,
  nothing_received = 7,
  some_failed = 8,
  over_quota = 9,
  interrupted = 130,
};

namespace errors {
using client::errors::denied;
using client::errors::not_found;
using client::errors::over_quota;
using client::errors::refused;
using client::errors::unconfirmed;
using client::errors::unreachable;
inline constexpr ErrorKind usage{.name = "Usage", .query_code = "Usage", .http_status = 400};
}  // namespace errors

inline ExitCode exit_code_of(const Error& error) {
  if (error.kind == &errors::usage) return ExitCode::usage;
  if (error.kind == &client::errors::settings) return ExitCode::usage;
  if (error.kind == &errors::not_found) return ExitCode::not_found;
  if (error.kind == &errors::unconfirmed) return ExitCode::unconfirmed;
  if (error.kind == &errors::denied) return ExitCode::denied;
  if (error.kind == &errors::unreachable) return ExitCode::unreachable;
  if (error.kind == &errors::over_quota) return ExitCode::over_quota;
  return ExitCode::failed;
}

}  // namespace mailrail::cli
