#include "api/service.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/shown.h"

namespace mailrail::api {

const ActionEntry* find_action(const Service& service, std::string_view name) {
  const auto found = std::ranges::find(service.actions, name, &ActionEntry::name);
  return found == service.actions.end() ? nullptr : &*found;
}

Error decode_error(wire::Protocol protocol, const wire::DecodeError& error) {
  const ErrorKind* kind =
      protocol == wire::Protocol::json ? &errors::serialization : &errors::malformed_input;
  if (error.kind == wire::DecodeError::Kind::bad_value) kind = &errors::invalid_parameter_value;
  return Error{.kind = kind, .message = error.message()};
}

Error unknown_action(const Envelope& envelope) {
  const bool is_json = envelope.protocol == wire::Protocol::json;
  if (envelope.action.empty()) {
    return Error{.kind = &errors::unknown_operation,
                 .message = "The request must have a header X-Amz-Target that names an action."};
  }
  return Error{.kind = is_json ? &errors::unknown_operation : &errors::invalid_action,
               .message = fmt::format("The action {} is not valid for this endpoint.",
                                      shown(envelope.action))};
}

Error unknown_version(std::string_view version) {
  return Error{
      .kind = &errors::no_such_version,
      .message = fmt::format("The requested version ( {} ) is not valid.", shown(version))};
}

}  // namespace mailrail::api
