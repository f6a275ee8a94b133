// HttpSession: requests one after another, on connections that are kept between them.
//
// For one thread, which has nothing to do meanwhile: asking blocks. Like fetch() it goes wherever
// it is told, follows no redirect and asks no proxy.

#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "client/fetch.h"
#include "client/http_request.h"

namespace mailrail::client {

class HttpSession {
 public:
  // `ca_file`: whose certificates are trusted; empty: those of the system.
  explicit HttpSession(std::string ca_file = {});
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  // Any status is an answer. The error is of kind not_sent or no_answer, and says why.
  Result<HttpAnswer> ask(const HttpRequest& request);

 private:
  struct Connections;

  std::string ca_file_;
  std::unique_ptr<Connections> connections_;
};

}  // namespace mailrail::client
