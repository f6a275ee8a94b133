// SelfView: what this server says of itself to who describes it, as its options and its start have
// it.
//
// Any thread may ask, at any time from when the port was taken until that is given back.

#pragma once

#include <string>

#include "api/server_view.h"
#include "http/server.h"
#include "server/measures.h"
#include "server/server.h"

namespace mailrail::server {

// What an answer waits for, of a log in files there; null: of one in a database. A sentence without
// its full stop.
std::string durability_of(const log::FileSystem* files);

class SelfView final : public api::ServerView {
 public:
  // The last three outlive it. What the start finds is looked at when somebody asks.
  SelfView(const Options& options,
           const Started& started,
           const http::Server& http,
           const Measures& measures);

  api::ServerReport report() const override;

 private:
  const Started& started_;
  const http::Server& http_;
  const Measures& measures_;
  const api::ServerReport known_;  // What is so from the beginning on.
};

}  // namespace mailrail::server
