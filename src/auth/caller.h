// Caller: on whose behalf a request is, as its credential scope says.
//
// Signatures are not verified here. The region is the credential scope's; the account is the
// server's own one, unless the access key id is itself an account number, by which test
// environments choose one. What the caller may do is its grant's, see authorization.h.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "auth/grant.h"
#include "http/message.h"

namespace mailrail::auth {

inline constexpr std::string_view default_account = "000000000000";
inline constexpr std::string_view default_region = "us-east-1";

// "Access key id: [...] Maximum length of 128." (IAM API reference, AccessKey)
inline constexpr std::size_t user_bytes_max = 128;

struct Caller {
  std::string account{default_account};
  std::string region{default_region};
  std::string user;     // What a consumer sees as SenderId.
  std::string service;  // What the request was signed for, `sqs`; empty if for nothing.
  // Null: no keys are in force, and nobody is refused anything. Else the account is that of the
  // key; a request that is not signed has a grant that is anonymous.
  std::shared_ptr<const Grant> grant = nullptr;

  // Somebody has shown a key, or at least named one.
  bool is_signed() const {
    return !service.empty() || (grant != nullptr && !grant->is_anonymous());
  }
  bool sees_payloads() const { return grant == nullptr || grant->payloads == Payloads::shown; }
};

// Where a request is at home that does not say.
struct Home {
  std::string account{default_account};
  std::string region{default_region};
};

Caller caller_of(const http::Request& request, const Home& home = {});

// Printable ASCII: what a header may hand on into messages and answers.
bool is_plain_text(std::string_view text);

// `us-east-1`: letters in lower case, digits and hyphens.
bool is_region(std::string_view text);

// Twelve digits.
bool is_account(std::string_view text);

}  // namespace mailrail::auth
