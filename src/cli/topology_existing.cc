#include "cli/topology_existing.h"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/references.h"
#include "sns/subscription_shapes.h"
#include "sns/topic_shapes.h"
#include "sqs/queue_shapes.h"
#include "topology/attributes.h"

namespace mailrail::cli {
namespace {

using client::Client;
using client::Service;

Result<std::vector<std::string>> queue_urls(Client& client) {
  std::vector<std::string> urls;
  sqs::ListQueuesInput input{.max_results = 1000};
  do {
    auto page = TRY(client.ask<sqs::ListQueuesOutput>(Service::sqs, "ListQueues", input));
    std::ranges::move(page.queue_urls, std::back_inserter(urls));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return urls;
}

Result<std::vector<std::string>> topic_arns(Client& client) {
  std::vector<std::string> arns;
  sns::ListTopicsInput input;
  do {
    auto page = TRY(client.ask<sns::ListTopicsOutput>(Service::sns, "ListTopics", input));
    for (sns::ListedTopic& each : page.topics) arns.push_back(std::move(each.topic_arn));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return arns;
}

Result<topology::Queue> read_queue(Client& client, const std::string& url) {
  topology::Queue queue{.name = name_in(url)};
  queue.attributes =
      TRY(client.ask<sqs::GetQueueAttributesOutput>(
              Service::sqs, "GetQueueAttributes",
              sqs::GetQueueAttributesInput{.queue_url = url, .attribute_names = {"All"}}))
          .attributes;
  queue.tags = TRY(client.ask<sqs::ListQueueTagsOutput>(Service::sqs, "ListQueueTags",
                                                        sqs::ListQueueTagsInput{.queue_url = url}))
                   .tags;
  return queue;
}

Result<topology::Topic> read_topic(Client& client, const std::string& arn) {
  topology::Topic topic{.name = name_in(arn)};
  topic.attributes =
      TRY(client.ask<sns::GetTopicAttributesOutput>(Service::sns, "GetTopicAttributes",
                                                    sns::GetTopicAttributesInput{.topic_arn = arn}))
          .attributes;
  const auto tags = TRY(client.ask<sns::ListTagsForResourceOutput>(
      Service::sns, "ListTagsForResource", sns::ListTagsForResourceInput{.resource_arn = arn}));
  for (const sns::Tag& each : tags.tags) topic.tags.emplace(each.key, each.value);
  return topic;
}

Result<std::vector<sns::ListedSubscription>> subscriptions_of(Client& client,
                                                              const std::string& topic_arn) {
  std::vector<sns::ListedSubscription> all;
  sns::ListSubscriptionsByTopicInput input{.topic_arn = topic_arn};
  do {
    auto page = TRY(client.ask<sns::ListSubscriptionsByTopicOutput>(
        Service::sns, "ListSubscriptionsByTopic", input));
    std::ranges::move(page.subscriptions, std::back_inserter(all));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return all;
}

Result<topology::ExistingSubscription> read_subscription(Client& client,
                                                         const sns::ListedSubscription& listed) {
  topology::ExistingSubscription made{.subscription = {.topic = name_in(listed.topic_arn),
                                                       .protocol = listed.protocol,
                                                       .endpoint = listed.endpoint}};
  // Else it is a word: that it waits to be confirmed.
  if (!listed.subscription_arn.starts_with("arn:")) return made;
  made.arn = listed.subscription_arn;
  made.subscription.attributes =
      TRY(client.ask<sns::GetSubscriptionAttributesOutput>(
              Service::sns, "GetSubscriptionAttributes",
              sns::GetSubscriptionAttributesInput{.subscription_arn = made.arn}))
          .attributes;
  return made;
}

// Queues that the topology has, and those that it refers to.
std::set<std::string> names_of_queues(const topology::Topology& wanted) {
  std::set<std::string> names;
  for (const topology::Queue& each : wanted.queues) {
    names.insert(each.name);
    const std::string target = topology::dead_letter_queue(each);
    if (!target.empty()) names.insert(target);
  }
  return names;
}

Result<std::vector<topology::Queue>> existing_queues(Client& client,
                                                     const topology::Topology& wanted,
                                                     topology::Pruning pruning) {
  std::vector<std::string> urls;
  if (pruning == topology::Pruning::on) {
    urls = TRY(queue_urls(client));
  } else {
    for (const std::string& each : names_of_queues(wanted)) {
      const auto url = client.ask<sqs::GetQueueUrlOutput>(
          Service::sqs, "GetQueueUrl", sqs::GetQueueUrlInput{.queue_name = each});
      if (!url && url.error().kind == &errors::not_found) continue;
      if (!url) return std::unexpected(url.error());
      urls.push_back(url->queue_url);
    }
  }
  std::vector<topology::Queue> queues;
  for (const std::string& each : urls) queues.push_back(TRY(read_queue(client, each)));
  return queues;
}

std::set<std::string> names_of_topics(const topology::Topology& wanted) {
  std::set<std::string> names;
  for (const topology::Topic& each : wanted.topics) names.insert(each.name);
  for (const topology::Subscription& each : wanted.subscriptions) names.insert(each.topic);
  return names;
}

}  // namespace

Result<topology::Existing> existing(Client& client,
                                    const topology::Topology& wanted,
                                    const topology::Place& place,
                                    topology::Pruning pruning) {
  topology::Existing found;
  found.queues = TRY(existing_queues(client, wanted, pruning));
  const std::set<std::string> names = names_of_topics(wanted);
  if (names.empty() && pruning == topology::Pruning::off) return found;
  for (const std::string& arn : TRY(topic_arns(client))) {
    const std::string name = name_in(arn);
    if (arn != topology::topic_arn(place, name)) continue;
    if (pruning == topology::Pruning::off && !names.contains(name)) continue;
    found.topics.push_back(TRY(read_topic(client, arn)));
    for (const sns::ListedSubscription& each : TRY(subscriptions_of(client, arn)))
      found.subscriptions.push_back(TRY(read_subscription(client, each)));
  }
  return found;
}

}  // namespace mailrail::cli
