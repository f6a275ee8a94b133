// What salvage says when it is done: what is kept, what is lost, and what may be odd from now on.

#include <utility>

#include <fmt/format.h>

#include "base/size.h"
#include "log/salvage_command.h"
#include "ops/findings_text.h"
#include "ops/salvage.h"

namespace mailrail::ops {
namespace {

std::string lost_text(const Salvaged& salvaged) {
  std::string text;
  if (salvaged.lost_messages > 0) {
    text += fmt::format("\nLost, because their bodies cannot be read: {}.\n",
                        counted(salvaged.lost_messages, "message"));
    for (const auto& [queue, lost] : salvaged.lost) {
      text += fmt::format("  queue {}: {}, by sequence number (and message id)\n", lost.queue,
                          counted(lost.count, "message"));
      for (const std::string& each : lost.listed) text += fmt::format("    {}\n", each);
      if (lost.count > lost.listed.size())
        text += fmt::format("    and {} more\n", lost.count - lost.listed.size());
    }
  }
  if (!salvaged.missing.empty()) {
    text += "\nLost with what told of them, by the gaps in the sequence numbers:\n";
    for (const MissingSeqs& each : salvaged.missing) {
      text += fmt::format("  {} to {}: {}\n", engine::sequence_number(each.first),
                          engine::sequence_number(each.last),
                          counted(each.last.value() - each.first.value() + 1, "message"));
    }
    if (salvaged.missing.size() == missing_seqs_max) text += "  and perhaps more\n";
  }
  bool has_title = false;
  for (std::size_t i = 0; i < misfits; ++i) {
    if (salvaged.misfits_passed_over[i] == 0) continue;
    if (!std::exchange(has_title, true))
      text += "\nPassed over, because what they build on is lost:\n";
    text += fmt::format("  {} in which {}\n",
                        counted(salvaged.misfits_passed_over[i], "fact or record"),
                        text_of(static_cast<Misfit>(i)));
  }
  return text;
}

std::string oddities_text(const Salvaged& salvaged) {
  std::string text;
  const auto line = [&](std::string_view sentence) { text += fmt::format("  {}\n", sentence); };
  if (salvaged.has_lost_facts || salvaged.has_lost_state) {
    line(
        "Messages that were sent in what is lost are not here; ones that were moved there to "
        "another queue are where they were before.");
    line("Messages that were deleted there are here again, and are delivered once more.");
    line(
        "Leases and receive counts may be older than they were: a message may be delivered "
        "although "
        "somebody still works on it, and an old receipt handle may be refused.");
    line("A deduplication id that was used there may be accepted once more.");
    line("Queues that were made, changed or deleted there are as they were before.");
    line("Sequence numbers go on far behind the last one, so that none is given twice.");
  }
  if (salvaged.lost_messages > 0)
    line("On a FIFO queue a conversation goes on behind a message that is lost.");
  if (salvaged.has_new_secret)
    line(
        "The secret was lost and a new one made: message ids are other than before, and receipt "
        "handles from before are refused.");
  for (const std::string& each : salvaged.invented)
    line(fmt::format("The name and settings of a queue are lost: its messages are in queue {}.",
                     each));
  for (const std::string& each : salvaged.orphaned)
    line(
        fmt::format("The subscription of an HTTP endpoint is lost: what it was still to be sent is "
                    "in queue {}.",
                    each));
  if (text.empty()) return text;
  return "\nWhat may be odd from now on:\n" + text;
}

}  // namespace

std::string text_of(const Salvaged& salvaged, const std::string& from, const std::string& to) {
  std::string text = fmt::format("{}\n", from);
  text += text_of(salvaged.inspected, salvaged.facts, salvaged.records);
  if (salvaged.findings.count > 0) {
    text += fmt::format("\nDamaged, {} ({} that cannot be read):\n",
                        counted(salvaged.findings.count, "finding"),
                        counted(salvaged.findings.bytes, "byte"));
    text += text_of(salvaged.findings);
  }
  text += lost_text(salvaged);
  text += oddities_text(salvaged);
  text += fmt::format("\n{} {} and {} ({}) in {}. Start on it with: mailrail serve --data {}\n",
                      salvaged.is_all() ? "Saved, and nothing is lost:" : "Saved:",
                      counted(salvaged.queues, "queue"), counted(salvaged.messages, "message"),
                      size_text(salvaged.body_bytes), to, log::shell_word(to));
  return text;
}

}  // namespace mailrail::ops
