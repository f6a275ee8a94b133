#include "http/response_head.h"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

namespace mailrail::http {

namespace {

struct Reason {
  int status;
  std::string_view text;
};

// What this server and its handlers send. HTTP lets the phrase be empty, and no client reads it.
constexpr Reason reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

std::string_view reason_of(int status) {
  const auto found = std::ranges::find(reasons, status, &Reason::status);
  return found == std::end(reasons) ? std::string_view() : found->text;
}

void append_value(std::string& out, std::string_view value) {
  const std::size_t begin = out.size();
  out.append(value);
  const auto breaks = [](char each) { return each == '\r' || each == '\n' || each == '\0'; };
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), breaks, ' ');
}

}  // namespace

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void render_head(std::string& out,
                 const Response& response,
                 const Framing& framing,
                 std::string_view date) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_of(response.status)).append("\r\nDate: ").append(date).append("\r\n");
  if (has_body(response.status) && framing.length == Framing::Length::known) {
    out.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  if (framing.connection == Connection::close) {
    out.append("Connection: close\r\n");
  } else if (framing.is_http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  for (std::size_t index = 0; index < response.headers.size(); ++index) {
    const Header header = response.headers[index];
    out.append(header.name).append(": ");
    append_value(out, header.value);
    out.append("\r\n");
  }
  out.append("\r\n");
}

std::string http_date(std::time_t time) {
  static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm date = {};
  gmtime_r(&time, &date);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[date.tm_wday], date.tm_mday,
                     months[date.tm_mon], date.tm_year + 1900, date.tm_hour, date.tm_min,
                     date.tm_sec);
}

}  // namespace mailrail::http
