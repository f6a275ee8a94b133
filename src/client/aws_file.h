// AwsFile: a configuration or credentials file of the AWS tools, as sections of settings.
//
// A setting below another one, as `[services NAME]` has them for each service, is named with both:
// `sqs.endpoint_url`. Names of settings are in small letters, as the tools take them in any. What
// is no line of such a file is told with its number.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mailrail::client {

using AwsSection = std::map<std::string, std::string, std::less<>>;
using AwsFile = std::map<std::string, AwsSection, std::less<>>;

Result<AwsFile> parse_aws_file(std::string_view text);

}  // namespace mailrail::client
