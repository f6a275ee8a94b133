#include "client/http_session.h"

#include <utility>

#include "base/check.h"
#include "client/transfer.h"

namespace mailrail::client {

// libcurl's handle for what its requests share.
struct HttpSession::Connections {
  Connections() {
    start_curl();
    handle = curl_share_init();
    CHECK(handle != nullptr);
    for (const curl_lock_data each :
         {CURL_LOCK_DATA_CONNECT, CURL_LOCK_DATA_SSL_SESSION, CURL_LOCK_DATA_DNS}) {
      CHECK(curl_share_setopt(handle, CURLSHOPT_SHARE, each) == CURLSHE_OK);
    }
  }
  ~Connections() { curl_share_cleanup(handle); }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  CURLSH* handle = nullptr;
};

HttpSession::HttpSession(std::string ca_file)
    : ca_file_(std::move(ca_file)), connections_(std::make_unique<Connections>()) {}

HttpSession::~HttpSession() = default;

Result<HttpAnswer> HttpSession::ask(const HttpRequest& request) {
  const TransferSettings settings{.addresses = {.otherwise = AddressRules::Default::allow_all},
                                  .response_bytes_max = fetched_bytes_max,
                                  .ca_file = ca_file_,
                                  .connections = connections_->handle};
  const auto transfer = TRY(Transfer::create(request, settings, Response::keep));
  const int status = TRY(transfer->outcome(curl_easy_perform(transfer->handle())));
  return HttpAnswer{
      .status = status, .headers = transfer->take_headers(), .body = transfer->take_body()};
}

}  // namespace mailrail::client
