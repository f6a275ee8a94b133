// What DescribeServer gives. It takes nothing.
//
// Instants are milliseconds since 1970, and so are durations in milliseconds.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/shape.h"

namespace mailrail::admin {

struct Share {
  std::int64_t used = 0;
  std::int64_t limit = 0;

  static constexpr Field fields[] = {
      field<&Share::used>("Used"),
      field<&Share::limit>("Limit"),
  };
};

struct DescribedRecovery {
  std::string last_stop;
  std::int64_t messages = 0;
  std::int64_t frames = 0;
  std::int64_t torn_frames = 0;
  std::int64_t milliseconds = 0;

  static constexpr Field fields[] = {
      field<&DescribedRecovery::last_stop>("LastStop"),
      field<&DescribedRecovery::messages>("Messages"),
      field<&DescribedRecovery::frames>("Frames"),
      field<&DescribedRecovery::torn_frames>("TornFrames"),
      field<&DescribedRecovery::milliseconds>("Milliseconds"),
  };
};

struct DescribedLog {
  std::int64_t end = 0;
  std::int64_t durable_end = 0;
  std::optional<std::int64_t> checkpoint_timestamp;  // Of the last since the start.
  std::int64_t log_bytes = 0;
  std::int64_t checkpoint_bytes = 0;
  std::int64_t spare_bytes = 0;

  static constexpr Field fields[] = {
      field<&DescribedLog::end>("End"),
      field<&DescribedLog::durable_end>("DurableEnd"),
      field<&DescribedLog::checkpoint_timestamp>("CheckpointTimestamp"),
      field<&DescribedLog::log_bytes>("LogBytes"),
      field<&DescribedLog::checkpoint_bytes>("CheckpointBytes"),
      field<&DescribedLog::spare_bytes>("SpareBytes"),
  };
};

struct DescribeServerOutput {
  std::string version;
  std::int64_t started_timestamp = 0;
  std::int64_t uptime = 0;     // Seconds.
  std::int64_t timestamp = 0;  // The time that messages are judged by.
  std::string listen;
  std::string data_directory;
  std::string file_system;
  std::optional<std::string> database;
  std::optional<std::string> node;
  std::string role;  // "owner", or "standby" if a standby was asked and has handed the call on.
  std::optional<std::string> asked_node;  // That standby.
  std::string durability;
  Share memory;
  Share disk;
  Share connections;
  std::int64_t open_files_max = 0;
  std::optional<std::int64_t> disk_full_in;    // Seconds, if it goes on as in the last hours.
  std::optional<std::int64_t> memory_full_in;  // Likewise.
  std::optional<std::int64_t> slow_commit;     // Milliseconds: more than 1 % have taken longer.
  std::optional<std::int64_t> clock_behind;    // Milliseconds, of the machine's to the log's.
  std::optional<std::int64_t> backup_age;      // Seconds, of the last since the start.
  std::int64_t waiting_receives = 0;
  std::int64_t queues = 0;
  std::int64_t messages = 0;
  std::int64_t topics = 0;
  std::int64_t subscriptions = 0;
  DescribedLog log;
  DescribedRecovery recovery;
  std::map<std::string, std::string> settings;

  static constexpr Field fields[] = {
      field<&DescribeServerOutput::version>("Version"),
      field<&DescribeServerOutput::started_timestamp>("StartedTimestamp"),
      field<&DescribeServerOutput::uptime>("Uptime"),
      field<&DescribeServerOutput::timestamp>("Timestamp"),
      field<&DescribeServerOutput::listen>("Listen"),
      field<&DescribeServerOutput::data_directory>("DataDirectory"),
      field<&DescribeServerOutput::file_system>("FileSystem"),
      field<&DescribeServerOutput::database>("Database"),
      field<&DescribeServerOutput::node>("Node"),
      field<&DescribeServerOutput::role>("Role"),
      field<&DescribeServerOutput::asked_node>("AskedNode"),
      field<&DescribeServerOutput::durability>("Durability"),
      field<&DescribeServerOutput::memory>("Memory"),
      field<&DescribeServerOutput::disk>("Disk"),
      field<&DescribeServerOutput::connections>("Connections"),
      field<&DescribeServerOutput::open_files_max>("OpenFilesMax"),
      field<&DescribeServerOutput::disk_full_in>("DiskFullIn"),
      field<&DescribeServerOutput::memory_full_in>("MemoryFullIn"),
      field<&DescribeServerOutput::slow_commit>("SlowCommit"),
      field<&DescribeServerOutput::clock_behind>("ClockBehind"),
      field<&DescribeServerOutput::backup_age>("BackupAge"),
      field<&DescribeServerOutput::waiting_receives>("WaitingReceives"),
      field<&DescribeServerOutput::queues>("Queues"),
      field<&DescribeServerOutput::messages>("Messages"),
      field<&DescribeServerOutput::topics>("Topics"),
      field<&DescribeServerOutput::subscriptions>("Subscriptions"),
      field<&DescribeServerOutput::log>("Log"),
      field<&DescribeServerOutput::recovery>("Recovery"),
      field<&DescribeServerOutput::settings>("Settings"),
  };
};

}  // namespace mailrail::admin
