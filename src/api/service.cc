#include "api/service.h"

#include <fmt/format.h>

namespace mailrail::api {

Error decode_error(const wire::DecodeError& error) {
  const bool is_value = error.kind == wire::DecodeError::Kind::bad_value;
  return Error{.kind = is_value ? &errors::invalid_parameter_value : &errors::serialization, .message = error.message()};
}

Error missing_parameter(std::string_view name) {
  return Error{.kind = &errors::missing_parameter,
               .message = fmt::format("The request must contain the parameter {}.", name)};
}

Error unknown_action(const Envelope& envelope) {
  return Error{.kind = &errors::unknown_operation,
               .message = fmt::format("The action {} is not valid for this endpoint.", envelope.action)};
}

}  // namespace mailrail::api
