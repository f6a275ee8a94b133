// Topology: the queues, topics and subscriptions that a file asks for, in AWS's words and ready for
// AWS's API.
//
// However the file says it, names here are whole and references are ARNs. That takes an account and
// a region, so a reader is told them.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace mailrail::topology {

using Attributes = std::map<std::string, std::string>;

// Where the topology is, or will be.
struct Place {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::string partition = "aws";
};

inline std::string queue_arn(const Place& place, std::string_view name) {
  return fmt::format("arn:{}:sqs:{}:{}:{}", place.partition, place.region, place.account, name);
}
inline std::string topic_arn(const Place& place, std::string_view name) {
  return fmt::format("arn:{}:sns:{}:{}:{}", place.partition, place.region, place.account, name);
}

// What follows the last colon.
inline std::string name_in_arn(std::string_view arn) {
  return std::string(arn.substr(arn.rfind(':') + 1));
}

inline bool is_fifo(std::string_view name) { return name.ends_with(".fifo"); }

struct Queue {
  std::string name;
  Attributes attributes = {};
  Attributes tags = {};

  friend bool operator==(const Queue&, const Queue&) = default;
};

struct Topic {
  std::string name;
  Attributes attributes = {};
  Attributes tags = {};

  friend bool operator==(const Topic&, const Topic&) = default;
};

// There is at most one of a topic, a protocol and an endpoint.
struct Subscription {
  std::string topic;  // Its name.
  std::string protocol;
  std::string endpoint;
  Attributes attributes = {};

  friend bool operator==(const Subscription&, const Subscription&) = default;
};

struct Topology {
  std::vector<Queue> queues = {};
  std::vector<Topic> topics = {};
  std::vector<Subscription> subscriptions = {};
  std::vector<std::string> notes = {};  // Of what a file has and this cannot say: sentences.
};

}  // namespace mailrail::topology
