#include "sqs/queue_url.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace mailrail::sqs {
namespace {

// From behind; empty when there is none left.
std::string_view take_last_segment(std::string_view& path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  const std::string_view last = path.substr(slash + 1);
  path.remove_suffix(last.size());
  return last;
}

std::string_view path_of(std::string_view url) {
  url = url.substr(0, std::min(url.find('?'), url.find('#')));
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
  std::string_view path = path_of(url);
  name.name = take_last_segment(path);
  if (const std::string_view account = take_last_segment(path); auth::is_account(account))
    name.account = account;
  const std::string_view region = take_last_segment(path);
  if (take_last_segment(path) == "queue") name.region = region;
  return name;
}

}  // namespace mailrail::sqs
