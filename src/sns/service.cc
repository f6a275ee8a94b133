#include "sns/service.h"

#include <vector>

#include "sns/errors.h"
#include "sns/refusals.h"

namespace mailrail::sns {

api::Service service() {
  static const std::vector<api::ActionEntry> actions(refusals().begin(), refusals().end());
  static constexpr std::string_view query_versions[] = {"2010-03-31"};
  return {.wire = {.xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/",
                   .error_namespace = "com.amazonaws.sns",
                   .framework_error_namespace = "com.amazon.coral.service",
                   .error_detail = wire::ErrorDetail::absent},
          .query_versions = query_versions,
          .signing_name = "sns",
          .subject_parameter = "TopicArn",
          .empty_text = EmptyText::is_given,
          .missing_parameter = &errors::missing_parameter,
          .actions = actions};
}

}  // namespace mailrail::sns
