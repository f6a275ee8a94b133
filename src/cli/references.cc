#include "cli/references.h"

#include <vector>

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/exit_codes.h"
#include "sns/topic_shapes.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

// arn:PARTITION:SERVICE:REGION:ACCOUNT:NAME
std::vector<std::string> parts_of_arn(std::string_view arn) {
  std::vector<std::string> parts;
  while (parts.size() < 5) {
    const std::size_t colon = std::min(arn.find(':'), arn.size());
    parts.emplace_back(arn.substr(0, colon));
    arn.remove_prefix(std::min(arn.size(), colon + 1));
  }
  parts.emplace_back(arn);
  return parts;
}

std::unexpected<Error> wrong_reference(std::string_view what, std::string_view reference) {
  return fail(errors::usage, fmt::format("{} is no {}.", shown(reference), what));
}

}  // namespace

Result<std::string> queue_url_of(client::Client& client, const std::string& reference) {
  if (reference.starts_with("http://") || reference.starts_with("https://")) return reference;
  sqs::GetQueueUrlInput input{.queue_name = reference, .queue_owner_account = {}};
  if (reference.starts_with("arn:")) {
    const std::vector<std::string> parts = parts_of_arn(reference);
    if (parts[2] != "sqs" || parts[5].empty()) return wrong_reference("ARN of a queue", reference);
    input = {.queue_name = parts[5], .queue_owner_account = parts[4]};
  }
  return TRY(client.ask<sqs::GetQueueUrlOutput>(Service::sqs, "GetQueueUrl", input)).queue_url;
}

Result<std::string> topic_arn_of(client::Client& client, const std::string& reference) {
  if (reference.starts_with("arn:")) {
    const std::vector<std::string> parts = parts_of_arn(reference);
    if (parts[2] != "sns" || parts[5].empty()) return wrong_reference("ARN of a topic", reference);
    return reference;
  }
  sns::ListTopicsInput input;
  do {
    auto page = TRY(client.ask<sns::ListTopicsOutput>(Service::sns, "ListTopics", input));
    for (const sns::ListedTopic& each : page.topics) {
      if (each.topic_arn.ends_with(":" + reference)) return each.topic_arn;
    }
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return fail(errors::not_found, fmt::format("There is no topic {}.", shown(reference)));
}

std::string name_in(std::string_view reference) {
  return std::string(reference.substr(reference.find_last_of("/:") + 1));
}

bool is_fifo(std::string_view reference) { return reference.ends_with(".fifo"); }

Result<std::string> queue_arn_of(client::Client& client, const std::string& queue_url) {
  const auto output = TRY(client.ask<sqs::GetQueueAttributesOutput>(
      Service::sqs, "GetQueueAttributes",
      sqs::GetQueueAttributesInput{.queue_url = queue_url, .attribute_names = {"QueueArn"}}));
  const auto arn = output.attributes.find("QueueArn");
  if (arn == output.attributes.end())
    return fail(errors::refused, fmt::format("The service tells no ARN of {}.", shown(queue_url)));
  return arn->second;
}

}  // namespace mailrail::cli
