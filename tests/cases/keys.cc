#include "tests/cases/keys.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "auth/key.h"
#include "tests/cases/actions.h"

namespace mailrail::cases {
namespace {

namespace json = boost::json;

std::unexpected<Error> wrong(std::string what) { return fail(errors::unusable, std::move(what)); }

Result<auth::Role> role_of(std::string_view name) {
  const std::optional<auth::Role> role = auth::parse_role(name);
  if (!role) return wrong(fmt::format("there is no role {}", name));
  return *role;
}

Result<std::vector<std::string>> texts_in(const json::value& value) {
  if (!value.is_array()) return wrong("roles and patterns are lists");
  std::vector<std::string> texts;
  for (const json::value& each : value.get_array()) {
    if (!each.is_string()) return wrong("roles and patterns are lists of strings");
    texts.emplace_back(each.get_string());
  }
  return texts;
}

Result<void> read_member(std::string_view name,
                         const json::value& value,
                         Key& key,
                         auth::Grant& grant) {
  if (name == "roles") {
    for (const std::string& each : TRY(texts_in(value))) grant.roles.push_back(TRY(role_of(each)));
  } else if (name == "queues") {
    grant.queues = TRY(texts_in(value));
  } else if (name == "topics") {
    grant.topics = TRY(texts_in(value));
  } else if (name == "account" && value.is_string()) {
    key.account = value.get_string();
  } else if (name == "name" && value.is_string()) {
    grant.name = value.get_string();
  } else if (name == "rate" && value.is_int64()) {
    grant.calls_per_second = static_cast<std::uint32_t>(value.get_int64());
  } else if (name == "payloads" && value == "hidden") {
    grant.payloads = auth::Payloads::hidden;
  } else {
    return wrong(fmt::format("a key has no such {}", name));
  }
  return {};
}

}  // namespace

Result<Key> key_of(std::string_view name, const json::object& members) {
  Key key{.account = std::string(auth::default_account), .grant = {}};
  auth::Grant grant{.key_id = fmt::format("KEY-{}", name), .name = std::string(name)};
  for (const auto& [member, value] : members) TRY(read_member(member, value, key, grant));
  key.grant = std::make_shared<const auth::Grant>(std::move(grant));
  return key;
}

Key nobody() {
  return {.account = std::string(auth::default_account),
          .grant = std::make_shared<const auth::Grant>()};
}

auth::Caller called_by(const Key& key, std::string_view action, auth::Caller caller) {
  constexpr std::string_view services[] = {"sqs", "sns", "sts", "sqs"};
  caller.account = key.account;
  caller.grant = key.grant;
  caller.user = key.grant->key_id;
  caller.service =
      key.grant->is_anonymous() ? "" : services[static_cast<std::size_t>(owner_of(action))];
  return caller;
}

}  // namespace mailrail::cases
