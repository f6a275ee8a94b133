// TopicMessage: a message that came to a queue by a topic, as the topic's service renders it.
//
// The queue's service shows it and knows nothing of topics; the topic's service says how to read
// what it stored. Service has the function, and Context hands it on.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "engine/entry.h"
#include "engine/fact.h"
#include "engine/identity.h"
#include "signing/signer.h"

namespace mailrail::api {

struct TopicMessage {
  struct Attribute {
    std::string name;
    std::string data_type;
    std::string value;
    bool is_binary = false;
  };

  std::string body;
  std::vector<Attribute> attributes;
  std::string sender_id;
  std::string trace_header;  // Empty: none.
};

using ReadTopicMessage = Result<TopicMessage> (*)(const engine::Identity& identity,
                                                  signing::Signer& signer,
                                                  const engine::Sent& sent,
                                                  const engine::Share& share);

}  // namespace mailrail::api
