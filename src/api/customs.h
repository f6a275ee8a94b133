// Customs: what is usual where a server stands in for another: the account and the region of a
// request that names none, and how queue URLs are written.
//
// Every style of queue URL is read whatever is written here, so that URLs that were kept go on
// working.

#pragma once

#include <cstdint>

#include "auth/caller.h"

namespace mailrail::api {

enum class QueueUrlStyle : std::uint8_t {
  host,      // HOST/ACCOUNT/NAME
  path,      // HOST/queue/REGION/ACCOUNT/NAME
  standard,  // sqs.REGION.HOST/ACCOUNT/NAME, unless the host is an address.
};

struct Customs {
  auth::Home home = {};
  QueueUrlStyle queue_urls = QueueUrlStyle::host;
};

}  // namespace mailrail::api
