// Target: the path and the query string of what a request line names.
//
// A client that takes the server for a proxy sends a whole URL; then the path is that of the URL.
// Nothing is decoded or made shorter here.

#pragma once

#include <cstddef>
#include <string_view>

namespace mailrail::http {

inline std::string_view path_of(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (target.starts_with('/')) return target;  // "/a://b/c" is a path, too.
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return target;
  const std::size_t path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

// Without the question mark; empty if there is none.
inline std::string_view query_string_of(std::string_view target) {
  const std::size_t at = target.find('?');
  return at == std::string_view::npos ? std::string_view{} : target.substr(at + 1);
}

}  // namespace mailrail::http
