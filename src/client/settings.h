// Settings: all that a client has to know, resolved once: where the services are, who asks, in
// which region.
//
// They come from what a caller says, else from the environment and the files that the AWS tools
// read, so that a shell that is set up for these is set up for mailrail.

#pragma once

#include <optional>
#include <string>

#include "auth/sigv4.h"
#include "base/result.h"
#include "client/endpoint.h"
#include "client/surroundings.h"

namespace mailrail::client {

// What goes before anything else that is set up.
struct Wishes {
  std::optional<std::string> endpoint_url = {};
  std::optional<std::string> region = {};
  std::optional<std::string> profile = {};
};

inline constexpr const char* default_region = "us-east-1";

struct Settings {
  ServiceEndpoint sqs;  // And the administration's.
  ServiceEndpoint sns;
  std::string sqs_region = default_region;
  std::string sns_region = default_region;
  std::optional<auth::Credentials> credentials = {};
  std::string ca_file = {};  // AWS_CA_BUNDLE: whose certificates are trusted. Empty: the system's.

  const ServiceEndpoint& endpoint(Service service) const {
    return service == Service::sns ? sns : sqs;
  }
  const std::string& region(Service service) const {
    return service == Service::sns ? sns_region : sqs_region;
  }
};

Result<Settings> settle(const Wishes& wishes, const Surroundings& surroundings);

}  // namespace mailrail::client
