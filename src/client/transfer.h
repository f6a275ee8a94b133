// Transfer: one request as libcurl carries it out, and what comes of it. fetch() runs one alone,
// HttpClient runs many at once.
//
// Everything that makes a request safe is set here and nowhere else: http and https only, no
// redirect, no proxy, no cookies, no netrc, certificates verified, the address of every connection
// judged before it is opened, and an answer of at most so many bytes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include "base/result.h"
#include "client/address_rules.h"
#include "client/http_request.h"
#include "client/target.h"

namespace mailrail::client {

// Of all answers that are being kept at once.
struct KeptBytes {
  std::size_t now = 0;
  std::size_t max = 0;
};

struct TransferSettings {
  AddressRules addresses = {};
  Duration connect_timeout = 15s;
  std::size_t response_bytes_max = std::size_t{64} << 10;  // Of head and body together.
  std::string ca_file = {};                                // Empty: the system's store.
  KeptBytes* kept = nullptr;                               // If they are counted.
  CURLSH* connections = nullptr;  // That were kept, of requests made alone.
};

// Once for the process, before anything else of libcurl is called; again it does nothing.
void start_curl();

class Transfer {
 public:
  // Fails, with a sentence, if the request could not be sent as it stands. The settings must
  // outlive it.
  static Result<std::unique_ptr<Transfer>> create(HttpRequest request,
                                                  const TransferSettings& settings,
                                                  Response response);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return easy_.get(); }
  const Target& target() const { return target_; }

  // The status of the answer, or why there was none, once libcurl is done with it: of kind not_sent
  // if nothing of the request can have arrived, else no_answer.
  Result<int> outcome(CURLcode code) const;

  // Of a kept response.
  Headers take_headers() { return std::move(headers_); }
  std::string take_body() { return std::move(body_); }

 private:
  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  Transfer(HttpRequest request, Target target, const TransferSettings& settings, Response response);

  void set_options();
  void set_method();
  void set_headers();

  // libcurl calls these with the transfer as `self`.
  // NOLINTNEXTLINE(tidy-void-pointer): it is libcurl's type.
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* to);
  // NOLINTNEXTLINE(tidy-void-pointer): as above.
  static std::size_t on_header(char* bytes, std::size_t one, std::size_t count, void* self);
  // NOLINTNEXTLINE(tidy-void-pointer): as above.
  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* self);
  // NOLINTNEXTLINE(tidy-void-pointer): as above.
  static int before_request(void* self, char*, char*, int, int);
  // NOLINTNEXTLINE(tidy-void-pointer): as above.
  static std::size_t on_send(char* bytes, std::size_t one, std::size_t count, void* self);
  // NOLINTNEXTLINE(tidy-void-pointer): as above.
  static int on_rewind(void* self, curl_off_t offset, int origin);

  curl_socket_t open_socket(const curl_sockaddr& address);
  std::size_t take_header(std::string_view line);
  std::size_t take_body_bytes(std::string_view bytes);
  bool may_send() const { return request_.permit == nullptr || request_.permit->is_valid(); }
  std::size_t give_body_bytes(std::span<char> out);
  bool has_room_for(std::size_t bytes);
  bool was_sent() const;  // Some of it, or that is about to be.
  std::string failure(CURLcode code) const;
  std::string timeout_text() const;

  HttpRequest request_;
  Target target_;
  const TransferSettings& settings_;
  Response response_;
  std::unique_ptr<curl_slist, ListDeleter> header_lines_;
  char error_[CURL_ERROR_SIZE] = {};  // libcurl's words, where it has any.

  std::string refusal_;         // Of the first address that the rules don't allow.
  std::size_t sent_bytes_ = 0;  // Of the body of a request that needs a permit.
  std::size_t response_bytes_ = 0;
  bool is_too_long_ = false;
  bool has_body_ = false;  // The head is whole.
  Headers headers_;
  std::string body_;
  std::size_t kept_bytes_ = 0;  // Of the body, as counted with those of others.
  bool has_no_room_ = false;

  std::unique_ptr<CURL, EasyDeleter> easy_;  // The last member: it ends before what it points to.
};

}  // namespace mailrail::client
