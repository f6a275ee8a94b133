// Database: what a log asks of the database that keeps it, each a transaction of its own.
//
// Seam: LibpqDatabase speaks to PostgreSQL; the simulator models one that loses connections, leaves
// open whether it committed, and carries out late what a dead owner sent. One object is one
// session, used by one thread. An error of kind errors::unreachable means that the session is
// gone, and for a change, that nobody knows yet whether it was made: it may even be made later. A
// change that is done is durable, on a synchronous standby too, if there is one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "log/log_store.h"
#include "log/shared_log.h"

namespace mailrail::log::postgres {

// A row of the log.
struct StoredFrame {
  Position position;
  std::uint64_t epoch = 0;     // Of the owner who wrote it.
  std::uint64_t previous = 0;  // The checksum of the frame before; 0 if the writer knew of none.
  Instant time;
  std::uint32_t count = 0;
  std::uint64_t checksum = 0;  // Of all the others.
  std::string payload;
};

// The frames whose positions have the same number above their lowest 26 bits.
struct Partition {
  std::uint64_t number = 0;
  Position end;  // Behind its last frame; before its first position if it has none.
};

struct StoredPart {
  std::uint32_t count = 0;
  std::uint64_t checksum = 0;
  std::string payload;
};

struct StoredCheckpoint {
  std::uint64_t number = 0;
  FinishedCheckpoint finished;
  std::uint32_t parts = 0;
  std::uint64_t bytes = 0;
};

// What came of a change that only the owner may make.
enum class Change {
  done,
  fenced,    // The lease has another epoch.
  occupied,  // There is a frame at that position, or whatever is to be made is there.
  busy,      // Somebody else holds what is to be dropped. Try again later.
  orphaned,  // The frame before it is not there: the database lost what it had confirmed.
};

// The frame that is known to be before another: it is checked that it still is.
struct Predecessor {
  Position position;  // 0 if there is none.
  std::uint64_t checksum = 0;
};

struct Tail {
  Lease lease;
  Position last;                    // Of the last frame; 0 if there is none.
  std::uint64_t last_bytes = 0;     // Of its payload.
  bool has_predecessor = false;     // The frame that was seen last is there, as it was.
  std::vector<StoredFrame> frames;  // In order, from the position that was asked for on.
};

class Database {
 public:
  virtual ~Database() = default;

  // Opens the session, after it was lost too. Takes at most a few seconds. What will not keep the
  // promise, or will not let us in, is an error of another kind than unreachable.
  virtual Result<void> connect() = 0;

  // Makes what is missing of the tables. Refuses those of another version. Idempotent.
  virtual Result<void> prepare_tables() = 0;

  virtual Result<Lease> lease() = 0;
  // Changes the owner and counts epoch and beats up, if epoch and beats are still those. When it is
  // done no insert of an older epoch is under way, and none succeeds.
  virtual Result<bool> take_over(const Lease& seen, const LogOwner& owner) = 0;
  virtual Result<Change> renew(std::uint64_t epoch) = 0;
  // The owner gives the log back.
  virtual Result<Change> release(std::uint64_t epoch) = 0;

  // Fenced, occupied and orphaned are looked for in this order.
  virtual Result<Change> insert(const StoredFrame& frame, const Predecessor& predecessor) = 0;
  // The frame that begins there; none if the lease has another epoch. What it shows is as durable
  // as a change that is done.
  virtual Result<std::optional<StoredFrame>> frame_at(Position position, std::uint64_t epoch) = 0;
  // For each position the last frame that begins there or before it; each frame once, in order.
  virtual Result<std::vector<StoredFrame>> frames_with(std::span<const Position> positions) = 0;
  // From a position on, some `bytes` of frames, one at least if there is one.
  virtual Result<Tail> tail(const Predecessor& seen, Position from, std::size_t bytes) = 0;

  virtual Result<std::vector<Partition>> partitions() = 0;
  virtual Result<Change> add_partition(std::uint64_t epoch, std::uint64_t number) = 0;
  virtual Result<Change> drop_partition(std::uint64_t epoch, std::uint64_t number) = 0;

  // The newest that is finished.
  virtual Result<std::optional<StoredCheckpoint>> checkpoint() = 0;
  // All numbers of which there is anything.
  virtual Result<std::vector<std::uint64_t>> checkpoints() = 0;
  virtual Result<Change> begin_checkpoint(std::uint64_t epoch, std::uint64_t number) = 0;
  virtual Result<Change> add_part(std::uint64_t epoch,
                                  std::uint64_t checkpoint,
                                  std::uint32_t number,
                                  const StoredPart& part) = 0;
  virtual Result<std::optional<StoredPart>> part(std::uint64_t checkpoint,
                                                 std::uint32_t number) = 0;
  virtual Result<Change> finish_checkpoint(std::uint64_t epoch,
                                           const StoredCheckpoint& checkpoint) = 0;
  virtual Result<Change> drop_checkpoint(std::uint64_t epoch, std::uint64_t number) = 0;

  // Sentences for the operator about what comes near a limit of the database's own.
  virtual Result<std::vector<std::string>> warnings() { return std::vector<std::string>(); }
};

// Makes sessions with one database.
class Databases {
 public:
  virtual ~Databases() = default;
  virtual std::unique_ptr<Database> session() = 0;
  // For messages: which database, and which log in it. No password.
  virtual std::string name() const = 0;
};

}  // namespace mailrail::log::postgres
