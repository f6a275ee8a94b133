// Delivery policies: how failed deliveries to HTTP(S) endpoints are tried again, at what rate an
// endpoint is asked, and what content type it is told.
//
// A topic has one for all its subscriptions, a subscription its own. Each may leave out what it
// likes; what is in force then is its effective policy: the subscription's members before the
// topic's, unless the topic forbids that, and AWS's defaults behind both. Policies are JSON texts
// here, in the members and the order in which AWS shows them.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mailrail::sns {

// The policy as it is kept: what was given, checked, without members that are null. Empty if
// nothing is left. An error's message is AWS's reason alone (errors.h).
Result<std::string> topic_delivery_policy(std::string_view given);
Result<std::string> subscription_delivery_policy(std::string_view given);

// Of policies as they are kept; empty: none.
std::string effective_topic_delivery_policy(std::string_view topic);
std::string effective_subscription_delivery_policy(std::string_view subscription,
                                                   std::string_view topic);

}  // namespace mailrail::sns
