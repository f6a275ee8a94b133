#include "sqs/queue_url.h"

#include <vector>

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

}  // namespace

std::string queue_url(const api::Context& context, const engine::QueueName& name) {
  return context.endpoint + "/" + name.account + "/" + name.name;
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
