#include "api/service.h"

#include <fmt/format.h>

#include "base/shown.h"

namespace mailrail::api {

Error decode_error(wire::Protocol protocol, const wire::DecodeError& error) {
  const ErrorKind* kind =
      protocol == wire::Protocol::json ? &errors::serialization : &errors::malformed_input;
  if (error.kind == wire::DecodeError::Kind::bad_value) kind = &errors::invalid_parameter_value;
  return Error{.kind = kind, .message = error.message()};
}

Error unknown_action(const Envelope& envelope) {
  const bool is_json = envelope.protocol == wire::Protocol::json;
  return Error{.kind = is_json ? &errors::unknown_operation : &errors::invalid_action,
               .message = fmt::format("The action {} is not valid for this endpoint.",
                                      shown(envelope.action))};
}

}  // namespace mailrail::api
