#include "ops/doctor.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/size.h"
#include "ops/findings_text.h"

namespace mailrail::ops {
namespace {

// Ours, all of them: where a number begins to be worth a word.
constexpr double share_warned_at = 0.7;
constexpr double share_grave_at = 0.95;
constexpr Duration full_soon = 24h * 3;
constexpr Duration commit_warned_at = 20ms;
constexpr Duration old_backup = 24h;
constexpr Duration clock_step_max = 5s;
constexpr Duration unconsumed_for = 1min;
constexpr Duration blocked_for = 5min;
constexpr std::uint64_t receives_judged_from = 1000;
constexpr double empty_share_warned_at = 0.9;
constexpr std::uint64_t files_besides_connections = 512;
constexpr std::uint64_t messages_judged = 1000;
// "VisibilityTimeout: [...] from 0 to 43,200 (12 hours)", "MessageRetentionPeriod: [...] from 60
// seconds (1 minute) to 1,209,600 seconds (14 days)", "ReceiveMessageWaitTimeSeconds: [...] from 0
// to 20 (seconds)" (Amazon SQS API reference)
constexpr Duration visibility_timeout_max = 12h;
constexpr Duration retention_max = 24h * 14;
constexpr Duration receive_wait_max = 20s;

template <typename Unit>
std::string counted_in(Duration duration, std::string_view name) {
  const auto whole = std::chrono::duration_cast<Unit>(duration).count();
  return counted(static_cast<std::uint64_t>(whole), name);
}

std::string duration_text(Duration duration) {
  if (duration >= std::chrono::days(2)) return counted_in<std::chrono::days>(duration, "day");
  if (duration >= 2h) return counted_in<std::chrono::hours>(duration, "hour");
  if (duration >= 2min) return counted_in<std::chrono::minutes>(duration, "minute");
  if (duration >= 1s) return counted_in<std::chrono::seconds>(duration, "second");
  return fmt::format("{} ms", duration.count());
}

std::string in_seconds(Duration duration) {
  return fmt::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

// As a shell reads it, since what names a conversation is a client's.
std::string quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char each : text) quoted += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return quoted + "'";
}

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }

class Doctor {
 public:
  Diagnosis take() && {
    std::vector<Finding> gravest_first;
    for (const Severity severity : {Severity::problem, Severity::warning, Severity::advice}) {
      for (Finding& each : diagnosis_.findings) {
        if (each.severity == severity) gravest_first.push_back(std::move(each));
      }
    }
    diagnosis_.findings = std::move(gravest_first);
    return std::move(diagnosis_);
  }

  void look_at(const ObservedServer& server) {
    look_at_doors(server);
    look_at_share("memory", "--memory-limit", server.memory);
    look_at_share("disk", "--disk-limit", server.disk);
    look_at_growth(server);
    look_at_machine(server);
    look_at_backup(server);
    look_at_version(server);
  }

  void look_at(const ObservedQueue& queue, const std::vector<ObservedQueue>& all) {
    look_at_dead_letters(queue, all);
    look_at_conversations(queue);
    look_at_skew(queue);
    look_at_consumers(queue);
    look_at_processing(queue);
  }

 private:
  void found(Finding finding) { diagnosis_.findings.push_back(std::move(finding)); }
  void found(Finding finding, Repair repair) {
    finding.fix = command_of(repair);
    finding.repair = std::move(repair);
    found(std::move(finding));
  }
  void checked(std::size_t count = 1) { diagnosis_.checks += count; }

  // --- The server.

  void look_at_doors(const ObservedServer& server) {
    checked(3);
    if (server.is_loopback) return;
    if (!server.has_keys) {
      found({.check = "no-keys",
             .severity = Severity::problem,
             .evidence = fmt::format("Whoever reaches {} may do anything: no keys are in force.",
                                     server.address),
             .fix = "mailrail key create --role admin, and start without --insecure"});
    }
    if (!server.is_administration_apart) {
      found({.check = "administration-exposed",
             .severity = Severity::warning,
             .evidence = fmt::format("Metrics and administration are answered on {}, which others "
                                     "can reach.",
                                     server.address),
             .fix = "serve with --admin-listen 127.0.0.1:4567"});
    }
    if (!server.has_tls) {
      found({.check = "no-tls",
             .severity = Severity::advice,
             .evidence = fmt::format("What goes to and from {} is not encrypted.", server.address),
             .fix = "serve with --tls-certificate FILE --tls-key FILE, or behind a proxy that "
                    "does it"});
    }
  }

  void look_at_share(std::string_view what,
                     std::string_view option,
                     const std::optional<ObservedShare>& share) {
    if (!share || share->limit == 0) return;
    checked();
    if (share->ratio() < share_warned_at) return;
    const bool is_grave = share->ratio() >= share_grave_at;
    found({.check = what == "memory" ? "memory-share" : "disk-share",
           .severity = is_grave ? Severity::problem : Severity::warning,
           .evidence = fmt::format("{} of the {} that {} allows are used: {} of {}.{}",
                                   percent(share->ratio()), what, option, size_text(share->used),
                                   size_text(share->limit),
                                   is_grave ? " New messages are refused, or soon will be." : ""),
           .fix = fmt::format("consume or purge what waits (mailrail queues ls), or serve with a "
                              "larger {}",
                              option)});
  }

  void look_at_growth(const ObservedServer& server) {
    if (!server.disk) return;
    checked();
    if (!server.disk_full_in || *server.disk_full_in > full_soon) return;
    found({.check = "disk-full-soon",
           .severity = *server.disk_full_in < 24h ? Severity::problem : Severity::warning,
           .evidence = fmt::format("At the rate of the last hours the disk is full in {}.",
                                   duration_text(*server.disk_full_in)),
           .fix = "find the queue that grows: mailrail queues ls"});
  }

  void look_at_machine(const ObservedServer& server) {
    if (server.risky_file_system) {
      found({.check = "file-system",
             .severity = Severity::problem,
             .evidence = fmt::format("The data directory is on {}, which may not keep what it was "
                                     "told to.",
                                     *server.risky_file_system),
             .fix = "serve with --data DIR on a local disk"});
    }
    checked();
    if (server.slow_commit) {
      checked();
      if (*server.slow_commit > commit_warned_at) {
        found({.check = "slow-commits",
               .severity = Severity::warning,
               .evidence = fmt::format("More than one commit in a hundred takes longer than {}.",
                                       duration_text(*server.slow_commit)),
               .fix = "look at what else uses the disk (iostat -x 1), or choose a faster one"});
      }
    }
    if (server.clock_behind) {
      checked();
      if (*server.clock_behind > clock_step_max) {
        found({.check = "clock",
               .severity = Severity::warning,
               .evidence = fmt::format("The machine's clock was set back by {}; time stands still "
                                       "for messages until it has caught up.",
                                       duration_text(*server.clock_behind)),
               .fix = "let the machine keep its time by NTP: timedatectl"});
      }
    }
    look_at_files(server);
  }

  void look_at_files(const ObservedServer& server) {
    if (!server.open_files_max || !server.connections_max) return;
    checked();
    const std::uint64_t wanted = *server.connections_max + files_besides_connections;
    if (*server.open_files_max >= wanted) return;
    found({.check = "open-files",
           .severity = Severity::warning,
           .evidence = fmt::format("The process may open {} files, too few for {} connections.",
                                   *server.open_files_max, *server.connections_max),
           .fix = fmt::format("raise it to {}: LimitNOFILE= in the unit, or ulimit -n", wanted)});
  }

  // Who does not say where backups stand learns only of those that this server has given, and that
  // there is none only when there should be.
  void look_at_backup(const ObservedServer& server) {
    if (server.is_log_shared) return;
    if (!server.was_backup_sought && !server.backup_age && server.uptime <= old_backup) return;
    checked();
    if (server.backup_age && *server.backup_age <= old_backup) return;
    found({.check = "backup",
           .severity = Severity::warning,
           .evidence = about_backup(server),
           .fix = "mailrail backup DIR, from a timer"});
  }

  static std::string about_backup(const ObservedServer& server) {
    if (server.backup_age)
      return fmt::format("The newest backup is {} old.", duration_text(*server.backup_age));
    if (server.was_backup_sought) return "There is no backup.";
    return fmt::format("Nobody has made a backup since the server started, {} ago.",
                       duration_text(server.uptime));
  }

  void look_at_version(const ObservedServer& server) {
    checked();
    if (server.version == server.doctor_version) return;
    found({.check = "version",
           .severity = Severity::advice,
           .evidence = fmt::format("The server is mailrail {}, this command is {}, and may judge "
                                   "what it does not know.",
                                   server.version, server.doctor_version),
           .fix = "install the same version on both, and restart what is older"});
  }

  // --- A queue.

  void look_at_dead_letters(const ObservedQueue& queue, const std::vector<ObservedQueue>& all) {
    checked(2);
    const bool is_dead_letter_queue = queue.dead_letter_sources > 0;
    if (!queue.dead_letter_queue && !is_dead_letter_queue && !queue.parks_poison) {
      found({.check = "no-dead-letter-queue",
             .severity = Severity::advice,
             .subject = queue.name,
             .evidence = "A message that always fails is received again and again until it "
                         "expires: there is no dead-letter queue.",
             .fix = fmt::format("mailrail queues set {} RedrivePolicy='{{\"deadLetterTargetArn\": "
                                "\"ARN\", \"maxReceiveCount\": 5}}'",
                                queue.name)});
    }
    if (!queue.dead_letter_queue) return;
    const auto target = std::ranges::find(all, *queue.dead_letter_queue, &ObservedQueue::name);
    if (target == all.end()) {
      found(
          {.check = "dead-letter-queue-missing",
           .severity = Severity::problem,
           .subject = queue.name,
           .evidence = fmt::format("Its dead-letter queue {} does not exist, so what fails stays.",
                                   *queue.dead_letter_queue)},
          {.what = Repair::What::create_queue,
           .queue = *queue.dead_letter_queue,
           .attribute = "MessageRetentionPeriod",
           .value = in_seconds(retention_max)});
    } else if (target->retention <= queue.retention) {
      look_at_retention(queue, *target);
    }
  }

  // Where nothing can be kept longer, less must be: that loses messages, and somebody must want it.
  void look_at_retention(const ObservedQueue& queue, const ObservedQueue& target) {
    Finding finding{
        .check = "dead-letter-retention",
        .severity = Severity::advice,
        .subject = queue.name,
        .evidence = fmt::format(
            "Its dead-letter queue {} keeps messages for {}, not longer than the queue itself "
            "({}); on a standard queue the age counts from the first send.",
            target.name, duration_text(target.retention), duration_text(queue.retention))};
    if (target.retention < retention_max) {
      return found(std::move(finding), {.queue = target.name,
                                        .attribute = "MessageRetentionPeriod",
                                        .value = in_seconds(retention_max)});
    }
    finding.fix = fmt::format(
        "mailrail queues set {} MessageRetentionPeriod=SECONDS, with fewer than {}: nothing is "
        "kept "
        "longer than that",
        queue.name, in_seconds(retention_max));
    found(std::move(finding));
  }

  void look_at_conversations(const ObservedQueue& queue) {
    if (!queue.is_fifo) return;
    checked(2);
    if (queue.conversations_parked > 0) {
      found({.check = "parked-conversations",
             .severity = Severity::warning,
             .subject = queue.name,
             .evidence = fmt::format("{} parked and waiting for a decision.",
                                     is_or_are(queue.conversations_parked)),
             .fix = fmt::format("mailrail conversations {} ls --state parked", queue.name)});
    }
    if (queue.conversations_blocked > 0 && queue.oldest_age && *queue.oldest_age > blocked_for) {
      found({.check = "blocked-conversations",
             .severity = Severity::warning,
             .subject = queue.name,
             .evidence = fmt::format("{} blocked by the first message.{}{}",
                                     is_or_are(queue.conversations_blocked),
                                     queue.why_blocked.empty() ? "" : " ", queue.why_blocked),
             .fix = fmt::format("mailrail conversations {} ls --state blocked", queue.name)});
    }
  }

  void look_at_skew(const ObservedQueue& queue) {
    checked();
    if (!queue.busiest_conversation) return;
    const std::string& name = *queue.busiest_conversation;
    const std::string evidence = fmt::format("Of its last {} messages {} belong to conversation {}",
                                             messages_judged, queue.busiest_messages, name);
    Finding finding{.severity = Severity::advice, .subject = queue.name};
    if (queue.is_fifo) {
      finding.check = "one-conversation";
      finding.evidence = evidence + ", on which one consumer works at a time.";
      finding.fix = fmt::format(
          "mailrail conversations {} show {} tells whether it keeps up; if not, let its sender use "
          "finer message group ids",
          queue.name, quoted(name));
    } else {
      finding.check = "one-tenant";
      finding.evidence = evidence + ". Others are served first while it has many in flight.";
      finding.fix = fmt::format(
          "mailrail tail {} --group {} shows what it sends; a queue of its own keeps it apart",
          queue.name, quoted(name));
    }
    found(std::move(finding));
  }

  static std::string is_or_are(std::uint64_t count) {
    return fmt::format("{} {}", counted(count, "conversation"), count == 1 ? "is" : "are");
  }

  void look_at_consumers(const ObservedQueue& queue) {
    checked();
    const bool has_consumer = queue.waiting_receives > 0 || queue.in_flight > 0;
    const bool is_dead_letter_queue = queue.dead_letter_sources > 0;
    if (queue.visible > 0 && !has_consumer && queue.oldest_age &&
        *queue.oldest_age > unconsumed_for) {
      found({.check = is_dead_letter_queue ? "dead-letters" : "no-consumer",
             .severity = Severity::warning,
             .subject = queue.name,
             .evidence = fmt::format("{} waiting, the oldest for {}, and nobody receives.",
                                     fmt::format("{} {}", counted(queue.visible, "message"),
                                                 queue.visible == 1 ? "is" : "are"),
                                     duration_text(*queue.oldest_age)),
             .fix = is_dead_letter_queue
                        ? fmt::format("mailrail peek {0}, then mailrail redrive {0}", queue.name)
                        : fmt::format("start its consumers; mailrail peek {} shows what waits",
                                      queue.name)});
    }
    if (queue.received && queue.empty_short_polls) {
      checked();
      const std::uint64_t asked = *queue.received + *queue.empty_short_polls;
      const double share = static_cast<double>(*queue.empty_short_polls) /
                           static_cast<double>(std::max<std::uint64_t>(asked, 1));
      if (asked >= receives_judged_from && share > empty_share_warned_at) found_short_polls(queue);
    }
  }

  // They count since the start. Where the queue lets receives wait by now, it has done its part.
  void found_short_polls(const ObservedQueue& queue) {
    Finding finding{.check = "short-polling",
                    .severity = Severity::advice,
                    .subject = queue.name,
                    .evidence = fmt::format("{} receives found nothing and did not wait, while {} "
                                            "messages were received.",
                                            *queue.empty_short_polls, *queue.received)};
    if (queue.receive_wait == Duration(0)) {
      return found(std::move(finding), {.queue = queue.name,
                                        .attribute = "ReceiveMessageWaitTimeSeconds",
                                        .value = in_seconds(receive_wait_max)});
    }
    finding.fix = fmt::format(
        "the queue lets receives wait for {}: let its consumers not ask for WaitTimeSeconds=0",
        duration_text(queue.receive_wait));
    found(std::move(finding));
  }

  // Who chose or changed a message's timeout by himself is not among those that were measured.
  void look_at_processing(const ObservedQueue& queue) {
    checked();
    if (!queue.processing_exceeds || *queue.processing_exceeds < queue.visibility_timeout) return;
    const Duration enough = std::min(6 * *queue.processing_exceeds, visibility_timeout_max);
    Finding finding{
        .check = "visibility-timeout",
        .severity = Severity::warning,
        .subject = queue.name,
        .evidence = fmt::format(
            "More than one message in a hundred is deleted later than {} after its "
            "receive, when its visibility timeout of {} is over and others may have it.",
            duration_text(*queue.processing_exceeds), duration_text(queue.visibility_timeout))};
    if (enough > queue.visibility_timeout) {
      return found(
          std::move(finding),
          {.queue = queue.name, .attribute = "VisibilityTimeout", .value = in_seconds(enough)});
    }
    finding.fix = "there is no longer timeout: let its consumers take less at a time";
    found(std::move(finding));
  }

  Diagnosis diagnosis_;
};

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::advice:
      return "advice";
    case Severity::warning:
      return "warning";
    case Severity::problem:
      return "problem";
  }
  return "";
}

std::string command_of(const Repair& repair) {
  const bool is_new = repair.what == Repair::What::create_queue;
  return fmt::format("mailrail queues {} {} {}{}={}", is_new ? "create" : "set", repair.queue,
                     is_new ? "--attribute " : "", repair.attribute, repair.value);
}

std::vector<Repair> Diagnosis::repairs() const {
  std::vector<Repair> repairs;
  for (const Finding& each : findings) {
    if (each.repair && std::ranges::find(repairs, *each.repair) == repairs.end())
      repairs.push_back(*each.repair);
  }
  return repairs;
}

std::optional<Severity> Diagnosis::gravest() const {
  if (findings.empty()) return std::nullopt;
  return findings.front().severity;
}

Diagnosis diagnose(const ObservedServer& server, const std::vector<ObservedQueue>& queues) {
  Doctor doctor;
  doctor.look_at(server);
  for (const ObservedQueue& each : queues) doctor.look_at(each, queues);
  return std::move(doctor).take();
}

std::string verdict_of(const Diagnosis& diagnosis) {
  std::string text;
  for (const Severity each : {Severity::problem, Severity::warning, Severity::advice}) {
    const auto count = static_cast<std::uint64_t>(
        std::ranges::count(diagnosis.findings, each, &Finding::severity));
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += each == Severity::advice ? fmt::format("{} of advice", counted(count, "piece"))
                                     : counted(count, name_of(each));
  }
  if (text.empty())
    return fmt::format("All is well: {}, nothing found.", counted(diagnosis.checks, "check"));
  return fmt::format("{}; {} made.", text, counted(diagnosis.checks, "check"));
}

}  // namespace mailrail::ops
