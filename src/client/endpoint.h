// Where a service is: what the option says, else the environment, else the profile, else this
// machine, as the AWS tools look for it. Who said so is kept, so that a refusal can name it.
//
// Before the tools' variables goes one of our own, MAILRAIL_ENDPOINT_URL. With
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS theirs and the profile's do not count.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "client/profile.h"
#include "client/surroundings.h"

namespace mailrail::client {

inline constexpr const char* default_endpoint = "http://127.0.0.1:4566";

// `mailrail` is the administration, which has the address of SQS.
enum class Service : std::uint8_t { sqs, sns, mailrail };

struct ServiceEndpoint {
  std::string url;    // Without a slash at its end.
  std::string where;  // Who said so: `AWS_ENDPOINT_URL_SQS`. Empty: nobody.
};

Result<ServiceEndpoint> endpoint_of(Service service,
                                    const std::optional<std::string>& option,
                                    const Profile& profile,
                                    const Surroundings& surroundings);

// Whether a URL's host is Amazon's own.
bool is_amazon(std::string_view url);

// The region in the name of a host of Amazon's: sqs.eu-west-1.amazonaws.com.
std::optional<std::string> amazon_region(std::string_view url);

}  // namespace mailrail::client
