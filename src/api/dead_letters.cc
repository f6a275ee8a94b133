#include "api/dead_letters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/access.h"
#include "api/arn.h"
#include "base/shown.h"

namespace mailrail::api {

Result<void> authorize_dead_letters(const Context& context, const engine::QueueName& target) {
  if (may_see(context.caller, {.about = auth::About::queue, .name = target})) return {};
  return fail(
      *context.access_denied,
      fmt::format("User: {} is not authorized to have dead letters go to {}. The key is for "
                  "the queues [{}] alone.",
                  caller_arn(context.caller), shown(arn_of("sqs", target)),
                  fmt::join(context.caller.grant->queues, ", ")));
}

}  // namespace mailrail::api
