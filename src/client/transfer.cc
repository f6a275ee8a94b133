#include "client/transfer.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/check.h"
#include "client/errors.h"

namespace mailrail::client {
namespace {

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

template <class Value>
Value info(CURL* easy, CURLINFO name) {
  Value value{};
  CHECK(curl_easy_getinfo(easy, name, &value) == CURLE_OK);
  return value;
}

// To libcurl 0 is no limit.
long curl_time(Duration time) { return static_cast<long>(std::max(time, Duration(1)).count()); }

// A token of RFC 9110.
bool is_header_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char each) {
    return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') ||
           (each >= 'A' && each <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(each) != std::string_view::npos;
  });
}

// Neither a line break nor another character that ends or hides a header.
bool is_header_value(std::string_view value) {
  return std::ranges::none_of(
      value, [](unsigned char each) { return (each < 0x20 && each != '\t') || each == 0x7f; });
}

bool is_same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

bool is_method(std::string_view method) { return is_header_name(method); }

// Without a space, or another request could follow it.
bool is_target(std::string_view target) {
  return std::ranges::all_of(target, [](char each) { return each > 0x20 && each < 0x7f; });
}

// The error says the name, never the value, which may be a secret.
Result<void> check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_header_name(name)) {
      return fail(errors::unusable,
                  "The name of a header is empty or holds a character that no name may.");
    }
    if (!is_header_value(value)) {
      return fail(errors::unusable,
                  fmt::format("The value of the header {} holds a line break or another control "
                              "character.",
                              name));
    }
    if (is_same_name(name, "Content-Length") || is_same_name(name, "Transfer-Encoding")) {
      return fail(
          errors::unusable,
          fmt::format("The header {} is not the caller's to set: it follows from the body.", name));
    }
  }
  return {};
}

// Nothing if it is neither IPv4 nor IPv6. Behind `from.addr` lies as much as the family needs.
std::optional<IpAddress> ip_address(const curl_sockaddr& from) {
  IpAddress address;
  if (from.family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from.addr);
    std::memcpy(address.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return address;
  }
  if (from.family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from.addr);
    address.version = IpVersion::v6;
    std::memcpy(address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return address;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(space), text.size());
  return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

}  // namespace

// libcurl keeps its libraries until the process ends.
void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(started == CURLE_OK);
}

Result<std::unique_ptr<Transfer>> Transfer::create(HttpRequest request,
                                                   const TransferSettings& settings,
                                                   Response response) {
  Target target = TRY(parse_target(request.url));
  TRY(check_headers(request.headers));
  if (!is_method(request.method) || !is_target(request.target)) {
    return fail(errors::unusable,
                "The method or the target of a request holds a character that none may.");
  }
  start_curl();
  std::unique_ptr<Transfer> transfer(
      new Transfer(std::move(request), std::move(target), settings, response));
  transfer->set_options();
  transfer->set_headers();
  return transfer;
}

Transfer::Transfer(HttpRequest request,
                   Target target,
                   const TransferSettings& settings,
                   Response response)
    : request_(std::move(request)),
      target_(std::move(target)),
      settings_(settings),
      response_(response),
      easy_(curl_easy_init()) {
  CHECK(easy_ != nullptr);
}

Transfer::~Transfer() {
  if (settings_.kept != nullptr) settings_.kept->now -= kept_bytes_;
}

void Transfer::set_options() {
  CURL* const easy = easy_.get();
  set(easy, CURLOPT_ERRORBUFFER, error_);

  if (settings_.connections != nullptr) set(easy, CURLOPT_SHARE, settings_.connections);

  set(easy, CURLOPT_URL, request_.url.c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROXY, "");  // None, whatever the environment says.
  set(easy, CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  set(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set_method();

  set(easy, CURLOPT_SSL_VERIFYPEER, request_.trust == Trust::verified ? 1L : 0L);
  set(easy, CURLOPT_SSL_VERIFYHOST, request_.trust == Trust::verified ? 2L : 0L);
  set(easy, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  if (!settings_.ca_file.empty()) {
    set(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());
    set(easy, CURLOPT_CAPATH, nullptr);
  }

  set(easy, CURLOPT_TIMEOUT_MS, curl_time(request_.timeout));
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, curl_time(settings_.connect_timeout));
  // A look-up that takes too long is left alone, or the client's thread would wait for it.
  set(easy, CURLOPT_QUICK_EXIT, 1L);

  set(easy, CURLOPT_OPENSOCKETDATA, this);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  set(easy, CURLOPT_HEADERDATA, this);
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
}

// A body that needs a permit is asked for piece by piece.
void Transfer::set_method() {
  CURL* const easy = easy_.get();
  if (request_.method == "HEAD") {
    set(easy, CURLOPT_NOBODY, 1L);
  } else if (request_.method == "GET" && request_.body.empty()) {
    set(easy, CURLOPT_HTTPGET, 1L);
  } else {
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    if (request_.permit == nullptr) set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
    if (request_.method != "POST") set(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  if (!request_.target.empty()) set(easy, CURLOPT_REQUEST_TARGET, request_.target.c_str());
  if (request_.permit == nullptr) return;
  set(easy, CURLOPT_PREREQDATA, this);
  set(easy, CURLOPT_PREREQFUNCTION, &before_request);
  set(easy, CURLOPT_READDATA, this);
  set(easy, CURLOPT_READFUNCTION, &on_send);
  set(easy, CURLOPT_SEEKDATA, this);
  set(easy, CURLOPT_SEEKFUNCTION, &on_rewind);
}

// NOLINTNEXTLINE(tidy-void-pointer): libcurl calls back so, here and below.
int Transfer::before_request(void* self, char*, char*, int, int) {
  return static_cast<Transfer*>(self)->may_send() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

// NOLINTNEXTLINE(tidy-void-pointer): as above.
std::size_t Transfer::on_send(char* bytes, std::size_t, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->give_body_bytes({bytes, count});
}

// To send it all once more, where a kept connection turned out to be closed.
// NOLINTNEXTLINE(tidy-void-pointer): as above.
int Transfer::on_rewind(void* self, curl_off_t offset, int) {
  static_cast<Transfer*>(self)->sent_bytes_ = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

std::size_t Transfer::give_body_bytes(std::span<char> out) {
  if (!may_send()) return CURL_READFUNC_ABORT;
  const std::size_t bytes = std::min(out.size(), request_.body.size() - sent_bytes_);
  std::memcpy(out.data(), request_.body.data() + sent_bytes_, bytes);
  sent_bytes_ += bytes;
  return bytes;
}

// NOLINTNEXTLINE(tidy-void-pointer): as above.
curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* to) {
  return static_cast<Transfer*>(self)->open_socket(*to);
}

// NOLINTNEXTLINE(tidy-void-pointer): as above.
std::size_t Transfer::on_header(char* bytes, std::size_t, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->take_header({bytes, count});
}

// NOLINTNEXTLINE(tidy-void-pointer): as above.
std::size_t Transfer::on_body(char* bytes, std::size_t, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->take_body_bytes({bytes, count});
}

// Without a value "Accept:" takes away what libcurl would add; "Name;" sends a header without one.
void Transfer::set_headers() {
  const auto add = [this](const std::string& line) {
    curl_slist* const longer = curl_slist_append(header_lines_.get(), line.c_str());
    CHECK(longer != nullptr);
    std::ignore = header_lines_.release();
    header_lines_.reset(longer);
  };
  for (const char* each : {"Expect:", "Accept:", "Content-Type:"}) add(each);
  for (const auto& [name, value] : request_.headers)
    add(trimmed(value).empty() ? name + ";" : fmt::format("{}: {}", name, value));
  set(easy_.get(), CURLOPT_HTTPHEADER, header_lines_.get());
}

curl_socket_t Transfer::open_socket(const curl_sockaddr& to) {
  const std::optional<IpAddress> address = ip_address(to);
  std::optional<std::string> reason = address ? refusal(settings_.addresses, *address)
                                              : "Its address is neither of IPv4 nor of IPv6.";
  if (reason) {
    if (refusal_.empty()) refusal_ = *std::move(reason);
    return CURL_SOCKET_BAD;
  }
  return socket(to.family, to.socktype | SOCK_CLOEXEC, to.protocol);
}

bool Transfer::has_room_for(std::size_t bytes) {
  response_bytes_ += bytes;
  is_too_long_ = response_bytes_ > settings_.response_bytes_max;
  return !is_too_long_;
}

std::size_t Transfer::take_header(std::string_view line) {
  if (!has_room_for(line.size())) return 0;  // Anything but the size ends the transfer.
  if (response_ == Response::discard) return line.size();
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers_.clear();  // What came before was an interim answer.
  } else if (colon != std::string_view::npos) {
    headers_.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
  return line.size();
}

std::size_t Transfer::take_body_bytes(std::string_view bytes) {
  has_body_ = true;
  if (!has_room_for(bytes.size())) return CURL_WRITEFUNC_ERROR;
  if (response_ == Response::discard) return bytes.size();
  if (settings_.kept != nullptr) {
    has_no_room_ = settings_.kept->now + bytes.size() > settings_.kept->max;
    if (has_no_room_) return CURL_WRITEFUNC_ERROR;
    settings_.kept->now += bytes.size();
    kept_bytes_ += bytes.size();
  }
  body_ += bytes;
  return bytes.size();
}

Result<int> Transfer::outcome(CURLcode code) const {
  // Of an answer that is thrown away the status is known by then.
  const bool is_enough = is_too_long_ && has_body_ && response_ == Response::discard;
  if (code != CURLE_OK && !is_enough)
    return fail(was_sent() ? errors::no_answer : errors::not_sent, failure(code));
  return static_cast<int>(info<long>(easy_.get(), CURLINFO_RESPONSE_CODE));
}

bool Transfer::was_sent() const {
  return info<curl_off_t>(easy_.get(), CURLINFO_PRETRANSFER_TIME_T) > 0;
}

std::string Transfer::failure(CURLcode code) const {
  const std::string& where = target_.authority;
  if (is_too_long_) {
    return fmt::format("The answer of {} is longer than {} bytes.", where,
                       settings_.response_bytes_max);
  }
  if (has_no_room_) {
    return fmt::format("The answer of {} has no room beside others of {} bytes in all.", where,
                       settings_.kept->max);
  }
  // Of several addresses each was refused, or nobody answered at the others.
  if (!refusal_.empty() && code == CURLE_COULDNT_CONNECT) return refusal_;
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return timeout_text();
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("The name of {} has no address.", where);
    case CURLE_COULDNT_CONNECT: {
      const auto error = static_cast<int>(info<long>(easy_.get(), CURLINFO_OS_ERRNO));
      return fmt::format("No connection to {}: {}.", where,
                         error == 0 ? "nobody listens there" : std::strerror(error));
    }
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return fmt::format("No TLS with {}: {}.", where, error_);
    case CURLE_GOT_NOTHING:
      return fmt::format("{} closed the connection without an answer.", where);
    case CURLE_ABORTED_BY_CALLBACK:
      return fmt::format("The request to {} was not sent: it may not leave any more.", where);
    default:
      return fmt::format("No answer of {}: {}.", where,
                         error_[0] != '\0' ? error_ : curl_easy_strerror(code));
  }
}

std::string Transfer::timeout_text() const {
  if (!was_sent()) {
    return fmt::format("No connection to {} within {}.", target_.authority,
                       std::min(settings_.connect_timeout, request_.timeout));
  }
  return fmt::format("{} of {} within {}.", response_bytes_ == 0 ? "No answer" : "No whole answer",
                     target_.authority, request_.timeout);
}

}  // namespace mailrail::client
