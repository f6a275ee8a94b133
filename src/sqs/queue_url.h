// Queue URLs: http://HOST/ACCOUNT/NAME, as the caller wrote HOST, or in another style that the
// server was told to use.
//
// Reading one, only the path counts, so that a changed host, port or scheme keeps working. Accepted
// besides: a bare queue name, and the path styles /queue/REGION/ACCOUNT/NAME and /queue/NAME of
// tools that mailrail replaces.

#pragma once

#include <string>
#include <string_view>

#include "api/context.h"
#include "engine/queue_attributes.h"

namespace mailrail::sqs {

std::string queue_url(const api::Context& context, const engine::QueueName& name);

// The queue that a URL or name means to this caller. It may not exist, or not even be a possible
// name.
engine::QueueName queue_name_of(std::string_view url, const api::Context& context);

}  // namespace mailrail::sqs
