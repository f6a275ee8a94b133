#include "client/fetch.h"

#include "client/http_session.h"

namespace mailrail::client {

Result<HttpAnswer> fetch(const HttpRequest& request) { return HttpSession().ask(request); }

}  // namespace mailrail::client
