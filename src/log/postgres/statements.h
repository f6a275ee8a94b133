// The statements by which a log is kept in PostgreSQL, for one schema.
//
// Each is one transaction. Those that only the owner may make take a share lock on the lease's row
// first, if that has the owner's epoch: a take-over updates that row, so it waits for those under
// way, and those that come later find another epoch.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mailrail::log::postgres {

inline constexpr int tables_version = 1;

// SQLSTATE of our own: the lease has another epoch.
inline constexpr std::string_view fenced_state = "MR001";

struct Statements {
  explicit Statements(const std::string& schema);

  std::string version;  // Of the tables that are there.
  std::string create;   // Makes what is missing, of tables_version.

  std::string lease;
  std::string take_over;    // $1 epoch, $2 beats, $3 node, $4 address.
  std::string renew;        // $1 epoch.
  std::string release;      // $1 epoch.
  std::string insert;       // $1 to $7 the row, $8 and $9 position and checksum of the one before.
  std::string judge;        // Why nothing was inserted: $1 epoch, $2 position.
  std::string frame_at;     // $1 position, $2 epoch.
  std::string frames_with;  // $1 positions.
  std::string tail;         // $1 and $2 position and checksum of the one seen, $3 from, $4 bytes.
  std::string tail_frames;  // $1 from, $2 bytes.
  std::string partitions;
  std::string checkpoint;
  std::string checkpoints;
  std::string add_part;  // $1 epoch, $2 checkpoint, $3 number, $4 count, $5 checksum, $6 data.
  std::string part;      // $1 checkpoint, $2 number.
  std::string finish_checkpoint;  // $1 epoch, $2 number, $3 parts, $4 bytes, $5 to $8 the span.
  std::string limits;

  std::string add_partition(std::uint64_t epoch, std::uint64_t number) const;
  std::string drop_partition(std::uint64_t epoch, std::uint64_t number) const;
  std::string begin_checkpoint(std::uint64_t epoch, std::uint64_t number) const;
  std::string drop_checkpoint(std::uint64_t epoch, std::uint64_t number) const;

 private:
  std::string schema_;
};

}  // namespace mailrail::log::postgres
