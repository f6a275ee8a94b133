#include "auth/sigv4.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <functional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "auth/canonical_request.h"
#include "base/digest.h"
#include "http/target.h"

namespace mailrail::auth {
namespace {

std::string_view view(const Sha256& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& each : out) {
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each | 0x20);
  }
  return out;
}

// Others may be changed on the way.
bool is_to_be_signed(std::string_view name) {
  return name == "host" || name == "content-type" || name.starts_with("x-amz-");
}

// `host;x-amz-date`
std::string headers_to_sign(const http::Headers& headers) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (std::string name = lower(headers[i].name); is_to_be_signed(name))
      names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return fmt::format("{}", fmt::join(names, ";"));
}

Scope scope_of(const Signing& signing, std::string_view time) {
  return {
      .date = std::string(time.substr(0, 8)), .region = signing.region, .service = signing.service};
}

std::string credential_of(const Signing& signing, const Scope& scope) {
  return signing.credentials.key_id + "/" + scope.text();
}

Sha256 derive(std::string_view secret, const Scope& scope) {
  Sha256 key = hmac_sha256("AWS4" + std::string(secret), scope.date);
  for (const std::string_view each :
       {std::string_view(scope.region), std::string_view(scope.service), scope_end})
    key = hmac_sha256(view(key), each);
  return key;
}

// Keys derived for the scopes that a thread met last: deriving one takes four times what using it
// does, and a client signs all of a day with the same.
class DerivedKeys {
 public:
  const Sha256& find(std::string_view secret, const Scope& scope) {
    std::optional<Place>& place = places_[place_of(secret, scope)];
    if (!place || place->secret != secret || place->scope != scope)
      place = Place{.secret = std::string(secret), .scope = scope, .key = derive(secret, scope)};
    return place->key;
  }

 private:
  struct Place {
    std::string secret;
    Scope scope;
    Sha256 key;
  };

  static constexpr std::size_t count = 64;

  static std::size_t place_of(std::string_view secret, const Scope& scope) {
    std::size_t hash = std::hash<std::string_view>{}(secret);
    for (const std::string* each : {&scope.date, &scope.region, &scope.service})
      hash = hash * 31 + std::hash<std::string>{}(*each);
    return hash % count;
  }

  std::array<std::optional<Place>, count> places_;
};

std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  const char* const begin = text.data() + at;
  if (*begin < '0' || *begin > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(begin, begin + digits, value);
  if (error != std::errc{} || end != begin + digits) return std::nullopt;
  return value;
}

}  // namespace

std::string Scope::text() const {
  std::string text;
  text.reserve(64);
  for (const std::string_view each :
       {std::string_view(date), std::string_view(region), std::string_view(service)})
    text.append(each).append("/");
  return text.append(scope_end);
}

std::string signature_time(Instant time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(unix_seconds(time)));
}

std::optional<Instant> parse_signature_time(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto year = number(text, 0, 4);
  const auto month = number(text, 4, 2);
  const auto day = number(text, 6, 2);
  const auto hour = number(text, 9, 2);
  const auto minute = number(text, 11, 2);
  const auto second = number(text, 13, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::seconds since_epoch =
      std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
      std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return from_unix_ms(std::chrono::milliseconds(since_epoch).count());
}

std::string signature_of(std::string_view canonical_request,
                         std::string_view secret,
                         const Scope& scope,
                         std::string_view time) {
  std::string to_sign;
  to_sign.reserve(160);
  for (const std::string_view each : {signature_algorithm, time}) to_sign.append(each).append("\n");
  to_sign.append(scope.text()).append("\n").append(hex(sha256(canonical_request)));
  thread_local DerivedKeys derived;
  return hex(hmac_sha256(view(derived.find(secret, scope)), to_sign));
}

std::vector<std::pair<std::string, std::string>> sign(const http::Request& request,
                                                      const Signing& signing) {
  const std::string time = signature_time(signing.time);
  const Scope scope = scope_of(signing, time);
  std::vector<std::pair<std::string, std::string>> added = {{"X-Amz-Date", time}};
  if (!signing.credentials.session_token.empty())
    added.emplace_back("X-Amz-Security-Token", signing.credentials.session_token);

  http::Request dated{
      .method = request.method, .target = request.target, .headers = request.headers};
  for (const auto& [name, value] : added) dated.headers.add(name, value);
  const std::string names = headers_to_sign(dated.headers);
  const std::string payload_hash = request.headers.find("X-Amz-Content-Sha256")
                                       ? canonical_value(request.headers, "x-amz-content-sha256")
                                       : hex(sha256(request.body));
  const std::string canonical = canonical_request(dated, names, payload_hash);
  added.emplace_back("Authorization",
                     fmt::format("{} Credential={}, SignedHeaders={}, Signature={}",
                                 signature_algorithm, credential_of(signing, scope), names,
                                 signature_of(canonical, signing.credentials.secret, scope, time)));
  return added;
}

std::string presign(const http::Request& request, const Signing& signing, Duration lasts) {
  const std::string time = signature_time(signing.time);
  const Scope scope = scope_of(signing, time);
  std::vector<QueryParameter> parameters = query_parameters(http::query_string_of(request.target));
  parameters.push_back({"X-Amz-Algorithm", std::string(signature_algorithm)});
  parameters.push_back({"X-Amz-Credential", credential_of(signing, scope)});
  parameters.push_back({"X-Amz-Date", time});
  parameters.push_back(
      {"X-Amz-Expires",
       std::to_string(std::chrono::duration_cast<std::chrono::seconds>(lasts).count())});
  parameters.push_back({"X-Amz-SignedHeaders", "host"});
  if (!signing.credentials.session_token.empty())
    parameters.push_back({"X-Amz-Security-Token", signing.credentials.session_token});

  http::Request presigned{.method = request.method, .headers = request.headers};
  presigned.target =
      std::string(http::path_of(request.target)) + "?" + canonical_query(std::move(parameters));
  const std::string canonical = canonical_request(presigned, "host", hex(sha256(request.body)));
  return presigned.target +
         "&X-Amz-Signature=" + signature_of(canonical, signing.credentials.secret, scope, time);
}

}  // namespace mailrail::auth
