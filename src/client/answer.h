// What an answer of a service says, in either of the protocols that a client speaks: AWS JSON to
// SQS and the administration, AWS Query to SNS.
//
// An output is filled by its shape. A refusal keeps the service's own code, and its kind says who
// has to do something about it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/shape.h"
#include "base/time.h"
#include "client/endpoint.h"
#include "client/fetch.h"

namespace mailrail::client {

// As the service put it. The texts are a stranger's.
struct Refusal {
  std::string code;
  std::string message;
  std::string request_id;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// Into an output that holds nothing yet, from an answer of status 200.
Result<void> read_output(Service service,
                         std::string_view action,
                         const HttpAnswer& answer,
                         mailrail::Target output);

// From any other answer. Nothing if it is not one of such a service.
std::optional<Refusal> read_refusal(Service service, const HttpAnswer& answer);

const ErrorKind& kind_of(int status, const Refusal& refusal);

// The first header of that name, in whatever letters; empty if there is none.
std::string_view header(const HttpAnswer& answer, std::string_view name);

// Its Retry-After, if that is a number of seconds.
std::optional<Duration> retry_after(const HttpAnswer& answer);

}  // namespace mailrail::client
