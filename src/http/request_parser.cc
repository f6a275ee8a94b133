#include "http/request_parser.h"

// Beast asserts that a last chunk is never parsed with 4 bytes of it at hand. A client that sends
// byte by byte proves it wrong, and the code behind the assertion is right: no client may end the
// process.
#define BOOST_DISABLE_ASSERTS

#include <algorithm>
#include <functional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/check.h"

namespace mailrail::http {

namespace beast = boost::beast;

namespace {

// A body up to this long gets its memory at once; a longer one grows as it arrives, whatever it
// announces.
constexpr std::uint64_t body_bytes_reserved_max = 64 << 10;

constexpr Refusal malformed{400, "This is not a well-formed HTTP/1.1 request."};
constexpr Refusal bad_framing{400,
                              "Content-Length and Transfer-Encoding must say once, and without "
                              "conflict, how long the body is."};
constexpr Refusal bad_host{400, "An HTTP/1.1 request needs exactly one Host header."};
constexpr Refusal bad_host_value{400, "The Host header must be HOST or HOST:PORT."};
constexpr Refusal bad_target{400,
                             "The request's target must be a path, or a URL of the host that the "
                             "Host header names."};
constexpr Refusal folded{400, "A header field must not be folded over several lines."};
constexpr Refusal header_too_large{431, "The request line and header fields are too large."};
constexpr Refusal body_too_large{413, "The body is larger than this server accepts."};
constexpr Refusal unknown_expectation{417,
                                      "The only expectation this server knows is 100-continue."};
constexpr Refusal unknown_coding{501, "The only transfer coding this server knows is chunked."};

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// What a URL may hold as its host, and nothing that begins another part of it: queue URLs echo it.
bool is_host(std::string_view text) {
  const std::size_t colon = text.find_last_of(":]");
  if (colon != std::string_view::npos && text[colon] == ':') {
    const std::string_view port = text.substr(colon + 1);
    if (port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)
      return false;
    text = text.substr(0, colon);
  }
  if (text.starts_with('[')) {
    return text.size() > 2 && text.ends_with(']') &&
           text.substr(1, text.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") ==
               std::string_view::npos;
  }
  return std::ranges::all_of(text, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           (each >= '0' && each <= '9') || each == '-' || each == '.' || each == '_';
  });
}

// A path, "*", or a whole URL, which says the same as the Host header: nobody may be told one host
// and think of another.
bool is_target(std::string_view target, std::string_view host) {
  if (target.starts_with('/') || target == "*") return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    return equal_ignoring_case(target.substr(0, target.find_first_of("/?")), host);
  }
  return false;
}

// Whether the field has more lines than one. Beast joins them in memory of its own, but for lines
// of white space before the first word: those it passes over.
bool is_folded(std::string_view input, beast::string_view name, beast::string_view value) {
  const std::less_equal<const char*> is_before;
  const char* const name_end = name.data() + name.size();
  const bool is_in_input = is_before(name_end, value.data()) &&
                           is_before(value.data() + value.size(), input.data() + input.size());
  return !is_in_input || std::string_view(name_end, value.data()).contains('\n');
}

Refusal refusal_of(beast::error_code error) {
  using Beast = beast::http::error;
  if (error == Beast::header_limit) return header_too_large;
  if (error == Beast::body_limit) return body_too_large;
  if (error == Beast::bad_content_length || error == Beast::multiple_content_length)
    return bad_framing;
  if (error == Beast::bad_transfer_encoding) return bad_framing;
  return malformed;
}

}  // namespace

class RequestParser::Beast final : public beast::http::basic_parser<true> {
 public:
  explicit Beast(const Limits& limits) : header_bytes_max_(limits.header_bytes_max) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    body_limit(limits.body_bytes_max);
    eager(true);
  }

  std::size_t take_from(std::string_view bytes) {
    input_ = bytes;
    beast::error_code error;
    const std::size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error == beast::http::error::need_more) {
      // Beast itself doesn't bound chunk extensions and trailers.
      if (bytes.size() - taken > header_bytes_max_) refuse(header_too_large);
    } else if (error) {
      refuse(refusal_of(error));
    }
    return taken;
  }

  Request request = {};
  std::optional<Refusal> refusal = std::nullopt;
  bool is_http_1_0 = false;
  bool has_expectation = false;

 private:
  using Field = beast::http::field;

  void refuse(const Refusal& why) {
    if (!refusal) refusal = why;  // The first reason is the precise one.
  }
  void refuse(const Refusal& why, beast::error_code& error) {
    refuse(why);
    error = beast::http::error::bad_value;  // Stops the parser.
  }

  // Counted here as well, since Beast's own limit starts anew whenever it has taken a few fields.
  void count(std::size_t bytes, beast::error_code& error) {
    header_bytes_ += bytes;
    if (header_bytes_ > header_bytes_max_) refuse(header_too_large, error);
  }

  void on_request_impl(beast::http::verb,
                       beast::string_view method,
                       beast::string_view target,
                       int version,
                       beast::error_code& error) override {
    request.method = view(method);
    request.target = view(target);
    is_http_1_0 = version == 10;
    count(method.size() + target.size(), error);
  }

  void on_field_impl(Field field,
                     beast::string_view name,
                     beast::string_view value,
                     beast::error_code& error) override {
    count(name.size() + value.size() + std::string_view(": \r\n").size(), error);
    if (has_header_) return;  // A trailer field: nobody here asks for it.
    if (is_folded(input_, name, value)) return refuse(folded, error);
    // Once, even of the same value, and not as a list of it.
    if (field == Field::content_length &&
        (request.headers.find("Content-Length") || value.find(',') != beast::string_view::npos))
      return refuse(bad_framing, error);
    if (field == Field::transfer_encoding) {
      if (is_http_1_0) return refuse(bad_framing, error);
      if (!equal_ignoring_case(view(value), "chunked")) return refuse(unknown_coding, error);
    }
    if (field == Field::expect) {
      if (!equal_ignoring_case(view(value), "100-continue"))
        return refuse(unknown_expectation, error);
      has_expectation = !is_http_1_0;
    }
    request.headers.add(view(name), view(value));
  }

  void on_header_impl(beast::error_code& error) override {
    has_header_ = true;
    const std::size_t hosts = request.headers.count("Host");
    if (hosts > 1 || (hosts == 0 && !is_http_1_0)) return refuse(bad_host, error);
    const std::string_view host = request.header("Host");
    if (!is_host(host)) return refuse(bad_host_value, error);
    if (!is_target(request.target, host)) refuse(bad_target, error);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         beast::error_code&) override {
    if (length) request.body.reserve(std::min(*length, body_bytes_reserved_max));
  }

  std::size_t on_body_impl(beast::string_view bytes, beast::error_code&) override {
    request.body.append(view(bytes));
    return bytes.size();
  }

  std::size_t on_chunk_body_impl(std::uint64_t,
                                 beast::string_view bytes,
                                 beast::error_code&) override {
    request.body.append(view(bytes));
    return bytes.size();
  }

  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  void on_finish_impl(beast::error_code&) override {}

  const std::size_t header_bytes_max_;
  std::string_view input_;  // What is being parsed.
  std::size_t header_bytes_ = 0;
  bool has_header_ = false;
};

RequestParser::RequestParser(const Limits& limits) : beast_(std::make_unique<Beast>(limits)) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
  CHECK(!is_done() && !refusal());
  return beast_->take_from(bytes);
}

bool RequestParser::is_done() const { return beast_->is_done() && !beast_->refusal; }
const std::optional<Refusal>& RequestParser::refusal() const { return beast_->refusal; }
bool RequestParser::expects_continue() const {
  return beast_->has_expectation && beast_->is_header_done() && !beast_->is_done() &&
         body_bytes() == 0;
}
bool RequestParser::is_head() const { return beast_->request.method == "HEAD"; }
bool RequestParser::is_http_1_0() const { return beast_->is_http_1_0; }
bool RequestParser::keeps_alive() const { return beast_->keep_alive(); }
std::size_t RequestParser::body_bytes() const { return beast_->request.body.size(); }
Request RequestParser::take() { return std::move(beast_->request); }

}  // namespace mailrail::http
