#include "cli/subscriptions.h"

#include <algorithm>
#include <iterator>

namespace mailrail::cli {

Result<std::vector<sns::ListedSubscription>> subscriptions_of(client::Client& client,
                                                              const std::string& topic_arn) {
  std::vector<sns::ListedSubscription> all;
  sns::ListSubscriptionsByTopicInput input{.topic_arn = topic_arn, .next_token = {}};
  do {
    auto page = TRY(client.ask<sns::ListSubscriptionsByTopicOutput>(
        client::Service::sns, "ListSubscriptionsByTopic", input));
    std::ranges::move(page.subscriptions, std::back_inserter(all));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return all;
}

}  // namespace mailrail::cli
