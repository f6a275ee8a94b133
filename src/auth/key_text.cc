#include "auth/key_text.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "auth/limits.h"
#include "base/json.h"
#include "base/shown.h"

namespace mailrail::auth {
namespace {

namespace json = boost::json;

constexpr std::int64_t version = 1;

std::unexpected<Error> unusable(std::string sentence) {
  return fail(mailrail::errors::unusable, std::move(sentence));
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

// The members of one key, taken away one by one; what is left is not known.
class Members {
 public:
  Members(json::object object, std::string where)
      : object_(std::move(object)), where_(std::move(where)) {}

  Result<std::optional<std::string>> text(std::string_view name) {
    const std::optional<json::value> value = take(name);
    if (!value) return std::nullopt;
    if (!value->is_string()) return wrong(name, "a text");
    return std::string(view(value->get_string()));
  }

  Result<std::vector<std::string>> texts(std::string_view name) {
    const std::optional<json::value> value = take(name);
    std::vector<std::string> texts;
    if (!value) return texts;
    if (!value->is_array()) return wrong(name, "a list of texts");
    for (const json::value& each : value->get_array()) {
      if (!each.is_string()) return wrong(name, "a list of texts");
      texts.emplace_back(view(each.get_string()));
    }
    return texts;
  }

  Result<Payloads> payloads(std::string_view name) {
    const std::optional<json::value> value = take(name);
    if (!value) return Payloads::shown;
    if (!value->is_bool()) return wrong(name, "true or false");
    return value->get_bool() ? Payloads::hidden : Payloads::shown;
  }

  // From 1 on; check_key() knows how far.
  Result<std::optional<std::uint32_t>> count(std::string_view name) {
    const std::optional<json::value> value = take(name);
    if (!value) return std::nullopt;
    const bool is_count = value->is_int64() && value->get_int64() >= 1 &&
                          value->get_int64() <= std::numeric_limits<std::uint32_t>::max();
    if (!is_count) return wrong(name, "a whole number from 1 on");
    return static_cast<std::uint32_t>(value->get_int64());
  }

  // `20261127T203345Z` with the punctuation that people like.
  Result<std::optional<Instant>> time(std::string_view name) {
    std::optional<std::string> text = TRY(this->text(name));
    if (!text) return std::nullopt;
    std::string compact = *text;
    std::erase_if(compact, [](char each) { return each == '-' || each == ':'; });
    const std::optional<Instant> time = parse_signature_time(compact);
    if (!time || time_text(*time) != *text)
      return wrong(name, "a time in UTC like 2026-11-27T20:33:45Z");
    return time;
  }

  Result<void> expect_no_others() const {
    if (object_.empty()) return {};
    const auto name = object_.begin()->key();
    return unusable(fmt::format("{} has \"{}\", which this version of mailrail does not know.",
                                where_, shown({name.data(), name.size()})));
  }

  std::unexpected<Error> wrong(std::string_view name, std::string_view right) const {
    return unusable(fmt::format("{}: \"{}\" must be {}.", where_, name, right));
  }

 private:
  std::optional<json::value> take(std::string_view name) {
    json::value* const found = object_.if_contains(name);
    if (found == nullptr) return std::nullopt;
    json::value value = std::move(*found);
    object_.erase(name);
    return value;
  }

  json::object object_;
  std::string where_;
};

bool is_hash(std::string_view text) {
  return text.empty() || (text.size() == 64 && std::ranges::all_of(text, [](char each) {
                            return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
                          }));
}

Result<Grant> read_grant(Members& members) {
  Grant grant{.key_id = TRY(members.text("access_key_id")).value_or(""),
              .name = TRY(members.text("name")).value_or("")};
  for (const std::string& each : TRY(members.texts("roles"))) {
    const std::optional<Role> role = parse_role(each);
    if (!role) return members.wrong("roles", fmt::format("a list of {}", role_names));
    grant.roles.push_back(*role);
  }
  grant.queues = TRY(members.texts("queues"));
  grant.topics = TRY(members.texts("topics"));
  grant.payloads = TRY(members.payloads("hide_payloads"));
  grant.calls_per_second = TRY(members.count("calls_per_second"));
  return grant;
}

Result<Key> read_key(const json::value& value, const std::string& where) {
  if (!value.is_object()) return unusable(where + " must be an object.");
  Members members(value.get_object(), where);
  auto grant = std::make_shared<const Grant>(TRY(read_grant(members)));
  Key key{.secret = TRY(members.text("secret_access_key")).value_or(""),
          .session_token_hash = TRY(members.text("session_token_sha256")).value_or(""),
          .account = TRY(members.text("account")).value_or(std::string(default_account)),
          .created_at = TRY(members.time("created_at")).value_or(Instant{}),
          .expires_at = TRY(members.time("expires_at")),
          .grant = std::move(grant)};
  TRY(members.expect_no_others());
  if (!is_hash(key.session_token_hash))
    return members.wrong("session_token_sha256", "64 hexadecimal digits");
  if (key.is_short_lived() && !key.expires_at)
    return members.wrong("expires_at", "there, as the key has a session token");
  if (const Result<void> checked = check_key(key); !checked)
    return unusable(fmt::format("{}: {}", where, checked.error().message));
  return key;
}

Result<json::object> read_object(std::string_view text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return unusable("It is not a JSON object.");
  return std::move(parsed.get_object());
}

void write_texts(JsonWriter& out, std::string_view name, std::span<const std::string> texts) {
  if (texts.empty()) return;
  out.key(name);
  out.begin_array();
  for (const std::string& each : texts) out.string(each);
  out.end_array();
}

void write_key(JsonWriter& out, const Key& key) {
  const Grant& grant = *key.grant;
  out.begin_object();
  out.member("access_key_id", key.id());
  out.member("secret_access_key", key.secret);
  if (key.is_short_lived()) out.member("session_token_sha256", key.session_token_hash);
  if (!grant.name.empty()) out.member("name", grant.name);
  std::vector<std::string> roles;
  for (const Role each : grant.roles) roles.emplace_back(name_of(each));
  write_texts(out, "roles", roles);
  write_texts(out, "queues", grant.queues);
  write_texts(out, "topics", grant.topics);
  if (grant.payloads == Payloads::hidden) {
    out.key("hide_payloads");
    out.boolean(true);
  }
  if (grant.calls_per_second) {
    out.key("calls_per_second");
    out.number(*grant.calls_per_second);
  }
  out.member("account", key.account);
  if (key.created_at != Instant{}) out.member("created_at", time_text(key.created_at));
  if (key.expires_at) out.member("expires_at", time_text(*key.expires_at));
  out.end_object();
}

}  // namespace

std::string time_text(Instant time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(unix_seconds(time)));
}

Result<std::vector<Key>> parse_keys(std::string_view text) {
  json::object object = TRY(read_object(text));
  const json::value* const said = object.if_contains("version");
  if (said == nullptr || *said != version)
    return unusable(fmt::format("\"version\" must be {}.", version));
  const json::value* const list = object.if_contains("keys");
  if (list == nullptr || !list->is_array() || object.size() != 2)
    return unusable("It must have \"version\" and \"keys\", a list, and nothing else.");
  if (list->get_array().size() > keys_max)
    return unusable(fmt::format("It has more than {} keys.", keys_max));
  std::vector<Key> keys;
  for (const json::value& each : list->get_array()) {
    keys.push_back(TRY(read_key(each, fmt::format("Key {}", keys.size() + 1))));
  }
  std::vector<std::string_view> ids;
  for (const Key& each : keys) ids.push_back(each.id());
  std::ranges::sort(ids);
  if (const auto twice = std::ranges::adjacent_find(ids); twice != ids.end())
    return unusable(fmt::format("The access key id {} is there twice.", *twice));
  return keys;
}

std::string text_of(std::span<const Key> keys) {
  std::string text = fmt::format("{{\"version\":{},\"keys\":[", version);
  for (const Key& each : keys) {
    text.append(&each == keys.data() ? "\n" : ",\n");
    JsonWriter out(text);
    write_key(out, each);
  }
  text.append("\n]}\n");
  return text;
}

}  // namespace mailrail::auth
