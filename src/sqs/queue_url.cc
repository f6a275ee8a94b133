#include "sqs/queue_url.h"

#include <vector>

#include <fmt/format.h>

#include "base/check.h"

namespace mailrail::sqs {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    if (end > 0) segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return segments;
}

std::string_view path_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return url;
  const std::size_t path = url.find('/', scheme + 3);
  return path == std::string_view::npos ? std::string_view{} : url.substr(path);
}

bool is_address(std::string_view host) {
  host = host.substr(0, host.find(':'));
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Without the labels by which it is that of SQS in a region.
std::string_view bare_host(std::string_view host) {
  if (!host.starts_with("sqs.")) return host;
  const std::size_t end = host.find('.', 4);
  const bool names_region =
      end != std::string_view::npos && end > 4 && host[end - 1] >= '0' && host[end - 1] <= '9';
  return names_region ? host.substr(end + 1) : host;
}

// `http://sqs.REGION.HOST`.
std::string standard_endpoint(std::string_view endpoint, std::string_view region) {
  const std::size_t begin = endpoint.find("://") + 3;
  const std::string_view host = endpoint.substr(begin);
  if (is_address(host)) return std::string(endpoint);
  return fmt::format("{}sqs.{}.{}", endpoint.substr(0, begin), region, bare_host(host));
}

}  // namespace

std::string queue_url(const api::Context& context, const engine::QueueName& name) {
  using Style = api::QueueUrlStyle;
  switch (context.queue_urls) {
    case Style::host:
      return fmt::format("{}/{}/{}", context.endpoint, name.account, name.name);
    case Style::path:
      return fmt::format("{}/queue/{}/{}/{}", context.endpoint, name.region, name.account,
                         name.name);
    case Style::standard:
      return fmt::format("{}/{}/{}", standard_endpoint(context.endpoint, name.region), name.account,
                         name.name);
  }
  CHECK(false);
}

engine::QueueName queue_name_of(std::string_view url, const api::Context& context) {
  engine::QueueName name{
      .region = context.caller.region, .account = context.caller.account, .name = {}};
  const std::vector<std::string_view> segments = segments_of(path_of(url));
  if (segments.empty()) return name;
  name.name = segments.back();
  const std::size_t count = segments.size();
  if (count >= 2 && auth::is_account(segments[count - 2])) name.account = segments[count - 2];
  if (count >= 4 && segments[count - 4] == "queue") name.region = segments[count - 3];
  return name;
}

}  // namespace mailrail::sqs
