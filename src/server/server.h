// Server: owns all parts of a running mailrail and joins them: log, engine, broker, HTTP and the
// services.
// A server is open from open() to finish_stop(); one that is destroyed without ending in order
// recovers at its next start. Over a directory it ends the process when its log fails. Over a log
// that it shares with others it lives on: it owns the log or stands by, as it comes.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/customs.h"
#include "auth/key.h"
#include "base/result.h"
#include "client/address_rules.h"
#include "console/options.h"
#include "engine/strictness.h"
#include "http/message.h"
#include "log/file/recovery.h"
#include "log/file_system.h"
#include "server/edge_options.h"
#include "server/limits.h"
#include "server/log_status.h"
#include "server/metrics_options.h"
#include "server/shared_log_options.h"

namespace mailrail::server {

// The server answers the process that it runs in: no key is needed.
using Ask = std::function<http::Response(http::Request request)>;

// What a server without keys listens on.
enum class WithoutKeys : std::uint8_t { loopback, anything };

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4566;  // 0: any free one.
  std::string data = "./mailrail-data";
  std::uint32_t http_threads = 2;
  std::uint64_t memory_bytes_max = 0;  // 0: default_memory_limit().
  std::uint64_t disk_bytes_max = 0;    // 0: that share of the volume.
  std::uint32_t disk_percent = 80;
  engine::Strictness strictness = engine::Strictness::lenient;
  // Where webhooks may go. On loopback that is everywhere unless told; beyond it the default is
  // deny_private.
  client::AddressRules webhook_addresses = {.otherwise = client::AddressRules::Default::allow_all};
  // Where keys are kept. Empty: in the directory.
  std::string key_file = {};
  std::vector<auth::Key> given_keys = {};  // Besides.
  WithoutKeys without_keys = WithoutKeys::loopback;
  api::Customs customs = {};
  // Answers what tests ask (test_api.h). Only on loopback, over a directory.
  bool has_test_api = false;
  MetricsOptions metrics = {};
  // Then the directory holds nothing that is needed.
  std::optional<SharedLogOptions> shared_log = {};
  EdgeOptions edge = {};
  console::Options console = {};
  // While it recovers, now and then, on the thread that opens it: how far it is.
  std::function<void(std::uint32_t percent)> recovering = {};
  // After it, before anybody else is let in. Its error is open()'s. Not with a shared log.
  std::function<Result<void>(const Ask& ask)> prepare = {};
};

inline constexpr std::string_view key_file_name = "keys.json";

// Whether all places where it listens can only be reached from its own machine. More is taken for
// granted then: who asks, and where webhooks may go.
bool serves_loopback_only(const Options& options);
// The host of one that others reach. If there is none, that of the first.
const std::string& open_place(const Options& options);

// What the start found, for the banner.
struct Started {
  // How many are in force; nothing: nobody needs one.
  std::optional<std::size_t> keys = {};
  Limits limits;
  log::FileSystem file_system;
  log::Recovered recovered;
  std::size_t queues = 0;
  std::size_t messages = 0;
  std::chrono::milliseconds recovery_time{0};
  std::string node = {};     // Of those who share a log, this one,
  std::string address = {};  // and where the others reach it.
};

class Server {
 public:
  // Takes the directory and the ports, recovers, then answers: calls that come meanwhile wait, and
  // /readyz tells how far it is.
  // Refuses, with one sentence, what it can't keep its promises with.
  static Result<std::unique_ptr<Server>> open(const Options& options);
  ~Server();

  const Started& started() const;
  // Of a shared log, now.
  LogStatus log_status() const;
  // Of the listeners, that of host and port first, then those of the edge.
  std::uint16_t port(std::size_t listener = 0) const;

  // From one thread at a time, now and then: takes a certificate for TLS that has been renewed, and
  // logs what came of it. At once, even if nothing shows that it has changed.
  void look_after_certificate();
  void reload_certificate();
  // Null without TLS.
  const http::Tls* tls() const;

  // Calls `beat` once the engine has taken a turn, on its thread; at once if there is no engine.
  void feel_pulse(std::function<void()> beat);

  // Graceful: no new connections, open long polls answered, then everything made durable and the
  // log closed. begin_stop() returns at once; is_drained() waits at most `patience` and says
  // whether all is answered.
  void begin_stop();
  bool is_drained(std::chrono::milliseconds patience);
  Result<void> finish_stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace mailrail::server
