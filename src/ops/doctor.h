// Doctor: what is wrong with a server and its queues, or will be, each with its evidence and what
// to do about it.
//
// It looks at nothing itself: it is given what was observed and judges that, the same on every
// machine. What was not observed is not judged, and counts as unchecked. A check has a name that
// scripts can rely on.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace mailrail::ops {

struct ObservedQueue {
  std::string name;
  bool is_fifo = false;
  Duration retention{0};
  Duration visibility_timeout{0};
  Duration receive_wait{0};  // Of receives that say nothing of it.
  std::uint64_t visible = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t delayed = 0;
  std::uint64_t conversations_blocked = 0;
  std::uint64_t conversations_parked = 0;
  std::string why_blocked = {};  // Of the conversation that is blocked longest.
  std::optional<Duration> oldest_age = {};
  std::uint64_t waiting_receives = 0;
  std::optional<std::string> dead_letter_queue = {};
  std::uint64_t dead_letter_sources = 0;
  bool parks_poison = false;
  // Since the server has counted.
  std::optional<std::uint64_t> received = {};
  std::optional<std::uint64_t> empty_short_polls = {};  // Receives that did not wait for anything.
  // More than one message in a hundred is deleted later than that after its receive.
  std::optional<Duration> processing_exceeds = {};
  // That more than half of the last thousand messages belong to.
  std::optional<std::string> busiest_conversation = {};
  std::uint64_t busiest_messages = 0;
};

// In bytes.
struct ObservedShare {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;

  double ratio() const {
    return limit == 0 ? 0 : static_cast<double>(used) / static_cast<double>(limit);
  }
};

struct ObservedServer {
  std::string address = {};
  Duration uptime{0};
  bool is_loopback = true;
  bool has_keys = false;
  bool has_tls = false;
  bool is_administration_apart = false;
  std::optional<ObservedShare> memory = {};
  std::optional<ObservedShare> disk = {};
  std::optional<Duration> disk_full_in = {};
  std::optional<Duration> slow_commit = {};  // More than one in a hundred has taken longer.
  std::optional<std::string> risky_file_system = {};  // "tmpfs": it keeps nothing, or nobody knows.
  std::optional<std::uint64_t> open_files_max = {};
  std::optional<std::uint64_t> connections_max = {};
  std::optional<Duration> clock_behind = {};  // Engine time runs ahead of the clock by that much.
  bool is_log_shared = false;                 // Its database has the backups.
  std::optional<Duration> backup_age = {};
  bool was_backup_sought =
      false;  // Where backups stand. Else the server was asked of its own time.
  std::string version = {};
  std::string doctor_version = {};
};

enum class Severity : std::uint8_t { advice, warning, problem };

std::string_view name_of(Severity severity);

// A fix that needs nobody's decision: it loses no message, gives none to anybody, and can be taken
// back. All others are for people.
struct Repair {
  enum class What : std::uint8_t { create_queue, set_attribute };

  What what = What::set_attribute;
  std::string queue = {};
  std::string attribute = {};  // Of a queue that is created, too.
  std::string value = {};

  friend bool operator==(const Repair&, const Repair&) = default;
};

// As one would type it.
std::string command_of(const Repair& repair);

struct Finding {
  std::string_view check;  // `no-dead-letter-queue`
  Severity severity = Severity::advice;
  std::string subject = {};           // A queue; empty: the server.
  std::string evidence = {};          // A sentence.
  std::string fix = {};               // A command, or what to change.
  std::optional<Repair> repair = {};  // The same, if it is one.
};

struct Diagnosis {
  std::vector<Finding> findings;  // The gravest first.
  std::size_t checks = 0;         // That could be made.

  std::optional<Severity> gravest() const;
  // Each once, in the order of the findings.
  std::vector<Repair> repairs() const;
};

Diagnosis diagnose(const ObservedServer& server, const std::vector<ObservedQueue>& queues);

// "2 problems and 1 warning; chat.fifo: conversation ..."
std::string verdict_of(const Diagnosis& diagnosis);

}  // namespace mailrail::ops
