// Which service a request by AWS Query is for, where one port serves several.
//
// What says it counts in this order: the service that the credentials were signed for; the Version;
// a path that names a queue; the action, if one service alone has it; the parameter by which
// requests of a shared action are told apart; a label of the host. So an SDK's request is for the
// service that the SDK means, and a link from a message, which has no more than an action, finds
// its service too. The first service is for what says nothing.

#pragma once

#include <span>
#include <string_view>

#include "api/service.h"
#include "wire/form.h"

namespace mailrail::api {

struct Clues {
  std::string_view signed_for;  // Of the credential scope.
  std::string_view queue_path;  // Empty if the path names no queue.
  std::string_view host;
  const wire::Form& form;
};

// Null if the Version is none of the service's, or of any service.
const Service* choose_service(std::span<const Service> services, const Clues& clues);

// Of the credential scope alone: whose errors a request gets that cannot be read.
const Service* service_signed_for(std::span<const Service> services, std::string_view name);

}  // namespace mailrail::api
