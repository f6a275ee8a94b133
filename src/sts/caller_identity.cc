#include "sts/caller_identity.h"

namespace mailrail::sts {

GetCallerIdentity::Prepared GetCallerIdentity::prepare(const Input&, const api::Context& context) {
  return {.user_id = context.caller.user,
          .account = context.caller.account,
          .arn = api::caller_arn(context.caller)};
}

}  // namespace mailrail::sts
