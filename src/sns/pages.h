// Pages of what SNS lists: how an action goes on where it stopped.
//
// A NextToken names the last one of the page before, so what is made or deleted meanwhile moves no
// other one. Every page is as long as AWS's.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace mailrail::sns {

std::string make_token(std::string_view last);
// Nothing for the first page, which has no token.
Result<std::optional<std::string>> read_token(const std::optional<std::string>& token);

// The same of subscriptions, in the order in which they were made: behind none for the first page.
std::string make_token(SubscriptionId last);
Result<SubscriptionId> read_subscription_token(const std::optional<std::string>& token);

}  // namespace mailrail::sns
