#include "sts/service.h"

#include "sts/caller_identity.h"

namespace mailrail::sts {

api::Service service() {
  static constexpr api::ActionEntry actions[] = {api::entry_of<GetCallerIdentity>()};
  static constexpr std::string_view query_versions[] = {"2011-06-15"};
  return {.wire = {.xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                   .error_namespace = "com.amazonaws.sts",
                   .framework_error_namespace = "com.amazon.coral.service",
                   .error_detail = wire::ErrorDetail::absent},
          .query_versions = query_versions,
          .signing_name = "sts",
          .policy_prefix = "sts",
          .actions = actions};
}

}  // namespace mailrail::sts
