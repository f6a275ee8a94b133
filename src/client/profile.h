// Profile: what the files of the AWS tools say under one name: keys, a region, where services are.
//
// The name is the option's, else AWS_PROFILE's, else `default`. The files are ~/.aws/credentials
// and
// ~/.aws/config, unless AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name others; what is in
// both is the credentials file's.

#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "client/aws_file.h"
#include "client/surroundings.h"

namespace mailrail::client {

// A setting, and who says so, for a person: `AWS_REGION`, `profile dev in /home/ann/.aws/config`.
struct Said {
  std::string value;
  std::string where;
};

class Profile {
 public:
  // A profile that was asked for must be there.
  static Result<Profile> read(const std::optional<std::string>& option,
                              const Surroundings& surroundings);

  std::optional<Said> setting(std::string_view name) const;

  // In the section of services that the profile names: `sqs.endpoint_url`.
  std::optional<Said> service_setting(std::string_view name) const;

  const std::string& name() const { return name_; }
  bool was_asked_for() const { return was_asked_for_; }  // By an option.

 private:
  struct File {
    std::string path;
    AwsSection profile;
  };

  std::string name_;
  bool was_asked_for_ = false;
  File credentials_;
  File config_;
  AwsSection services_;
};

}  // namespace mailrail::client
