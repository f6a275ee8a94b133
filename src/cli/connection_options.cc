#include "cli/connection_options.h"

#include "cli/argument.h"

namespace mailrail::cli {

void add_connection_options(CLI::App& command, ConnectionOptions& options) {
  add_option(command, "--endpoint-url,--endpoint", options.wishes.endpoint_url,
             "Where the service is. Default: MAILRAIL_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS "
             "or _SNS, AWS_ENDPOINT_URL, the profile's, or http://127.0.0.1:4566.");
  add_option(command, "--region", options.wishes.region,
             "The region. Default: AWS_REGION, AWS_DEFAULT_REGION, the profile's, or "
             "us-east-1.");
  add_option(command, "--profile", options.wishes.profile,
             "The profile in ~/.aws/config and ~/.aws/credentials. Default: AWS_PROFILE.");
  add_flag(command, "--aws", options.is_aws_meant,
           "Change things on AWS itself, which is only read without this.");
}

Result<client::Client::Options> client_options(const ConnectionOptions& options,
                                               const client::Surroundings& surroundings) {
  client::Client::Options out{.settings = TRY(client::settle(options.wishes, surroundings))};
  out.agent = "mailrail/" MAILRAIL_VERSION;
  if (options.is_aws_meant) out.on_amazon = client::OnAmazon::anything;
  return out;
}

}  // namespace mailrail::cli
