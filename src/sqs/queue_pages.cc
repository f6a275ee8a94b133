#include "sqs/queue_pages.h"

#include "base/digest.h"
#include "sqs/errors.h"
#include "sqs/limits.h"
#include "sqs/queue_url.h"
#include "sqs/validation.h"

namespace mailrail::sqs {

Result<PageRequest> page_request(std::optional<int> max_results,
                                 const std::optional<std::string>& next_token) {
  TRY(check_max_results(max_results));
  PageRequest request{
      .count_max = static_cast<std::size_t>(max_results.value_or(limits::list_queues_page_max)),
      .is_paged = max_results.has_value()};
  if (next_token) {
    request.after = from_base64(*next_token);
    if (!request.after)
      return errors::invalid_parameter({"NextToken", *next_token},
                                       "It is not a token of an earlier answer");
  }
  return request;
}

std::vector<std::string> queue_urls(const api::Context& context, const Page& page) {
  std::vector<std::string> urls;
  urls.reserve(page.names.size());
  for (const engine::QueueName& each : page.names) urls.push_back(queue_url(context, each));
  return urls;
}

std::optional<std::string> next_token(const PageRequest& request, const Page& page) {
  if (!page.has_more || !request.is_paged) return std::nullopt;
  return base64(page.names.back().name);
}

}  // namespace mailrail::sqs
