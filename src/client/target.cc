#include "client/target.h"

#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

namespace mailrail::client {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

struct TextDeleter {
  void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(&url, part, &text, flags) != CURLUE_OK) return {};
  return std::unique_ptr<char, TextDeleter>(text).get();
}

}  // namespace

Result<Target> parse_target(const std::string& text) {
  const std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  if (text.contains('\0'))
    return fail(errors::unusable, "The URL holds a zero byte, which no URL may.");
  if (const CURLUcode code =
          curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
      code != CURLUE_OK) {
    return fail(errors::unusable, fmt::format("The URL cannot be read: {}. It must be like "
                                              "https://example.com/path.",
                                              curl_url_strerror(code)));
  }
  if (const std::string scheme = part_of(*url, CURLUPART_SCHEME);
      scheme != "http" && scheme != "https") {
    return fail(errors::unusable,
                fmt::format("The URL must begin with http:// or https://, not {}://.", scheme));
  }
  std::string authority = part_of(*url, CURLUPART_HOST);
  for (char& each : authority) {
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  }
  authority += ':' + part_of(*url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  return Target{.authority = std::move(authority)};
}

}  // namespace mailrail::client
