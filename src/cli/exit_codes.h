// What commands that ask a server exit with, and the kinds of errors that lead there.
//
// Scripts rely on the numbers: a kind has one, and keeps it. (verify and salvage have numbers of
// their own.)

#pragma once

#include <cstdint>

#include "base/error.h"

namespace mailrail::cli {

enum class ExitCode : std::uint8_t {
  done = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  denied = 5,
  unreachable = 6,
};

namespace errors {
inline constexpr ErrorKind refused{// By the server.
                                   .name = "Refused",
                                   .query_code = "Refused",
                                   .http_status = 400};
inline constexpr ErrorKind usage{.name = "Usage", .query_code = "Usage", .http_status = 400};
inline constexpr ErrorKind not_found{
    .name = "NotFound", .query_code = "NotFound", .http_status = 404};
inline constexpr ErrorKind denied{.name = "Denied", .query_code = "Denied", .http_status = 403};
inline constexpr ErrorKind unreachable{
    .name = "Unreachable", .query_code = "Unreachable", .http_status = 503};
}  // namespace errors

inline ExitCode exit_code_of(const Error& error) {
  if (error.kind == &errors::usage) return ExitCode::usage;
  if (error.kind == &errors::not_found) return ExitCode::not_found;
  if (error.kind == &errors::denied) return ExitCode::denied;
  if (error.kind == &errors::unreachable) return ExitCode::unreachable;
  return ExitCode::failed;
}

}  // namespace mailrail::cli
