// Pages of names: how the actions that list queues, or conversations, go on where they stopped.
//
// A page is asked for by MaxResults and, after the first, by the NextToken of the one before. The
// token names the last queue of that page, so a queue that is made or deleted meanwhile moves no
// other one. Who sets no MaxResults gets one page and no token, as AWS promises.

#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "base/result.h"
#include "engine/engine.h"

namespace mailrail::sqs {

struct PageRequest {
  std::optional<std::string> after;  // The last name of the page before.
  std::size_t count_max = 0;
  bool is_paged = false;
};

Result<PageRequest> page_request(std::optional<int> max_results,
                                 const std::optional<std::string>& next_token);

struct Page {
  std::vector<engine::QueueName> names;
  bool has_more = false;
};

// Of the queues in the region and account of `first`, in the order of their names from that one on,
// those that are `wanted`; up to the first whose name does not begin with `prefix`.
template <class Wanted>
Page page_of(const engine::Engine& engine,
             const PageRequest& request,
             engine::QueueName first,
             std::string_view prefix,
             Wanted wanted) {
  first.name = std::max(request.after.value_or(""), std::string(prefix));
  Page page;
  const auto& names = engine.queue_names();
  for (auto each = names.lower_bound(first); each != names.end(); ++each) {
    const auto& [name, id] = *each;
    if (name.region != first.region || name.account != first.account ||
        !name.name.starts_with(prefix)) {
      break;
    }
    if (name.name == request.after || !wanted(*engine.find_queue(id))) continue;
    page.has_more = page.names.size() == request.count_max;
    if (page.has_more) break;
    page.names.push_back(name);
  }
  return page;
}

inline bool may_see(const auth::Caller& caller, const engine::Queue& queue) {
  return api::may_see(caller, {.about = auth::About::queue, .name = queue.name});
}

std::vector<std::string> queue_urls(const api::Context& context, const Page& page);
std::optional<std::string> next_token(const PageRequest& request, const Page& page);

}  // namespace mailrail::sqs
