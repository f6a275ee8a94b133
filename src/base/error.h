// Errors: what a caller is told when a request or the world is wrong.
//
// An ErrorKind is one constant, declared beside the code that raises it, with every spelling the
// wire needs. An Error is a kind and a sentence for a person: what was wrong, with the value, and
// what would be right.

#pragma once

#include <string>
#include <string_view>

namespace mailrail {

// Which namespace AWS JSON puts before the name: the service's own model, or the framework below
// it.
enum class ErrorOrigin { service, framework };

struct ErrorKind {
  std::string_view name;  // JSON clients see it in `__type`.
  std::string_view
      query_code;  // Query clients see it in <Code>, JSON clients in `x-amzn-query-error`.
  int http_status;
  ErrorOrigin origin = ErrorOrigin::service;
  std::string_view query_message =
      {};  // Where AWS words the message differently on Query; else empty.
};

struct Error {
  const ErrorKind* kind;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

// Errors of the world, told to the operator rather than to a client.
namespace errors {
inline constexpr ErrorKind io{.name = "IoError", .query_code = "IoError", .http_status = 500};
inline constexpr ErrorKind no_space{.name = "NoSpace", .query_code = "NoSpace", .http_status = 500};
inline constexpr ErrorKind corrupt{.name = "Corrupt", .query_code = "Corrupt", .http_status = 500};
inline constexpr ErrorKind unusable{
    .name = "Unusable", .query_code = "Unusable", .http_status = 500};
}  // namespace errors

}  // namespace mailrail
