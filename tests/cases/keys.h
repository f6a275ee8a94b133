// Keys: who calls, in cases about permissions.
//
// A case says what a key may do, and by whom it is called; here that becomes what authentication
// would have made of a request that the key signed. Signatures are no matter of cases.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "auth/caller.h"
#include "base/result.h"

namespace mailrail::cases {

struct Key {
  std::string account;
  std::shared_ptr<const auth::Grant> grant;
};

// `{"roles": ["send"], "queues": ["orders-*"], "topics": [], "account": "111111111111",
// "payloads": "hidden", "rate": 20, "name": "web"}`, all of which may be left out.
Result<Key> key_of(std::string_view name, const boost::json::object& members);

// Who did not sign.
Key nobody();

// `caller` is what the request says for itself.
auth::Caller called_by(const Key& key, std::string_view action, auth::Caller caller);

}  // namespace mailrail::cases
