#include "client/fetch.h"

#include <utility>

#include "client/transfer.h"

namespace mailrail::client {

Result<HttpAnswer> fetch(const HttpRequest& request) {
  const TransferSettings settings{.addresses = {.otherwise = AddressRules::Default::allow_all},
                                  .response_bytes_max = fetched_bytes_max};
  const auto transfer = TRY(Transfer::create(request, settings, Response::keep));
  const int status = TRY(transfer->outcome(curl_easy_perform(transfer->handle())));
  return HttpAnswer{
      .status = status, .headers = transfer->take_headers(), .body = transfer->take_body()};
}

}  // namespace mailrail::client
