// The subscriptions of a topic, all pages of them. Commands show them and count them before a topic
// is removed.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "client/client.h"
#include "sns/subscription_shapes.h"

namespace mailrail::cli {

Result<std::vector<sns::ListedSubscription>> subscriptions_of(client::Client& client,
                                                              const std::string& topic_arn);

}  // namespace mailrail::cli
