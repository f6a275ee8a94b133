#include "console/pages.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>

#include "http/target.h"

namespace mailrail::console {
namespace {

constexpr std::string_view below = "/console/";
constexpr std::string_view index_file = "index.html";

// In index.html, where a hash belongs, and what stands there while files may change.
constexpr std::string_view hash_place = "/console/HASH/";
constexpr std::string_view live = "live";

// Scripts and styles are files of this server; no other site may frame a page, or is told of it.
constexpr std::array<http::Header, 6> guards = {{
    {.name = "Content-Security-Policy",
     .value = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
              "frame-ancestors 'none'"},
    {.name = "X-Content-Type-Options", .value = "nosniff"},
    {.name = "X-Frame-Options", .value = "DENY"},
    {.name = "Referrer-Policy", .value = "no-referrer"},
    {.name = "Cross-Origin-Opener-Policy", .value = "same-origin"},
    {.name = "Cross-Origin-Resource-Policy", .value = "same-origin"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> types = {{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
}};

// Nothing for what is no part of a page.
std::optional<std::string_view> type_of(std::string_view path) {
  const auto* const found =
      std::ranges::find_if(types, [&](const auto& each) { return path.ends_with(each.first); });
  if (found == types.end()) return std::nullopt;
  return found->second;
}

enum class Kept : std::uint8_t { for_ever, until_asked };

http::Response page(std::string_view type, std::string body, Kept kept) {
  http::Response response{.status = 200, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", type);
  response.headers.add("Cache-Control",
                       kept == Kept::for_ever ? "public, max-age=31536000, immutable" : "no-cache");
  for (const http::Header& each : guards) response.headers.add(each.name, each.value);
  return response;
}

http::Response refusal(int status, std::string sentence) {
  http::Response response = http::text_response(status, std::move(sentence) + "\n");
  response.headers.add("Cache-Control", "no-store");
  for (const http::Header& each : guards) response.headers.add(each.name, each.value);
  return response;
}

http::Response not_found() {
  return refusal(404,
                 "The console has no such file. If it was open before the server changed, load "
                 "the page again.");
}

// In a list of a header, and not with a weight of 0.
bool names(std::string_view list, std::string_view name) {
  for (const auto& each : std::views::split(list, ',')) {
    std::string_view item(each);
    item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
    const std::size_t parameters = std::min(item.find_first_of("; \t"), item.size());
    if (!http::equal_ignoring_case(item.substr(0, parameters), name)) continue;
    const std::size_t weight = item.find("q=0", parameters);
    return weight == std::string_view::npos ||
           item.find_first_not_of(".0 \t", weight + 3) != std::string_view::npos;
  }
  return false;
}

// What is no file is not opened: a directory cannot be read, and a pipe never ends. Nor is what a
// link leads to out of the directory.
std::optional<std::string> read_file(const std::string& directory, std::string_view path) {
  std::error_code unreadable;
  const auto root = std::filesystem::canonical(directory, unreadable);
  if (unreadable) return std::nullopt;
  const auto place = std::filesystem::canonical(root / path, unreadable);
  if (unreadable || !std::filesystem::is_regular_file(place, unreadable)) return std::nullopt;
  if (std::ranges::mismatch(root, place).in1 != root.end()) return std::nullopt;
  std::ifstream file(place, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

}  // namespace

bool is_asset_path(std::string_view path) {
  for (const auto& each : std::views::split(path, '/')) {
    const std::string_view name(each);
    if (name.empty() || name.starts_with('.')) return false;
    if (!std::ranges::all_of(name, [](char letter) {
          return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                 (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' ||
                 letter == '_';
        }))
      return false;
  }
  return !path.empty();
}

bool Pages::is_for_it(const http::Request& request) const {
  const std::string_view path = http::path_of(request.target);
  if (path.starts_with(below)) return true;
  if (path != "/" || (request.method != "GET" && request.method != "HEAD")) return false;
  const bool has_pages = !assets_.files.empty() || !directory_.empty();
  return has_pages && request.door != http::Door::data &&
         http::query_string_of(request.target).empty() &&
         names(request.header("Accept"), "text/html");
}

http::Response Pages::answer(const http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refused = refusal(405, "Pages are read by GET.");
    refused.headers.add("Allow", "GET, HEAD");
    return refused;
  }
  std::string_view path = http::path_of(request.target);
  if (path == "/") {
    path = index_file;
  } else {
    path.remove_prefix(below.size());
    const std::size_t slash = path.find('/');
    const std::string_view hash = directory_.empty() ? assets_.hash : live;
    if (slash == std::string_view::npos || path.substr(0, slash) != hash) return not_found();
    path.remove_prefix(slash + 1);
  }
  if (!is_asset_path(path)) return not_found();
  return directory_.empty() ? answer_embedded(request, path) : answer_from_directory(path);
}

http::Response Pages::answer_embedded(const http::Request& request, std::string_view path) const {
  const auto found = std::ranges::find(assets_.files, path, &Asset::path);
  const auto type = type_of(path);
  if (found == assets_.files.end() || !type) return not_found();
  const bool is_compressed = names(request.header("Accept-Encoding"), "gzip");
  http::Response response = page(*type, std::string(is_compressed ? found->gzip : found->plain),
                                 path == index_file ? Kept::until_asked : Kept::for_ever);
  if (is_compressed) response.headers.add("Content-Encoding", "gzip");
  response.headers.add("Vary", "Accept-Encoding");
  return response;
}

http::Response Pages::answer_from_directory(std::string_view path) const {
  const auto type = type_of(path);
  if (!type) return not_found();
  std::optional<std::string> body = read_file(directory_, path);
  if (!body) return not_found();
  if (path == index_file) replace_all(*body, hash_place, "/console/" + std::string(live) + "/");
  return page(*type, *std::move(body), Kept::until_asked);
}

}  // namespace mailrail::console
