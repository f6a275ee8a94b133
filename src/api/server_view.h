// ServerView: what a server says of itself to who describes it: where its log is, since when it
// runs, what the start found, who is connected.
//
// The services know no server; whoever owns one gives them this. Any thread may ask.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"

namespace mailrail::api {

struct ServerReport {
  std::string version;
  Instant started = {};
  Instant now = {};
  std::string listen;
  std::string data_directory;
  std::string file_system;              // "local", or what it is instead.
  std::optional<std::string> database;  // That keeps the log, if it is in none of the files.
  std::optional<std::string> node;
  std::string durability;  // What an answer waits for.
  std::uint64_t connections = 0;
  std::uint64_t connections_max = 0;
  std::uint64_t open_files_max = 0;

  // If they go on to grow as in the last hours; nothing if they don't, or nobody knows.
  std::optional<Duration> until_disk_full = {};
  std::optional<Duration> until_memory_full = {};
  // More than one commit in a hundred has taken longer.
  std::optional<Duration> slow_commit = {};

  // What the start found.
  std::string last_stop;
  std::uint64_t recovered_messages = 0;
  std::uint64_t recovered_frames = 0;
  std::uint64_t torn_frames = 0;
  Duration recovery_time{0};

  std::map<std::string, std::string> settings = {};  // That are on, by the names of their options.
};

class ServerView {
 public:
  virtual ~ServerView() = default;
  virtual ServerReport report() const = 0;
};

}  // namespace mailrail::api
