#include "ops/findings_text.h"

#include <fmt/format.h>

#include "base/size.h"

namespace mailrail::ops {
namespace {

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string left(const log::Inspected& inspected) {
  if (!inspected.superblock) return "not known, JOURNAL does not say it";
  if (inspected.last_stop == log::LastStop::clean) return "cleanly";
  if (inspected.torn_bytes == 0) return "by a crash; nothing was torn";
  return fmt::format("by a crash; a torn write of {} was never acknowledged",
                     counted(inspected.torn_bytes, "byte"));
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string text_of(const log::Damage& damage) {
  if (damage.path.empty()) return damage.what;
  const std::string bytes =
      damage.bytes == 0 ? "" : fmt::format(", {}", counted(damage.bytes, "byte"));
  return fmt::format("{} at offset {}{}: {}", damage.path, damage.offset, bytes, damage.what);
}

std::string text_of(const Findings& findings) {
  std::string text;
  for (const log::Damage& each : findings.listed) text += fmt::format("  {}\n", text_of(each));
  if (findings.count > findings.listed.size())
    text += fmt::format("  and {} more\n", grouped(findings.count - findings.listed.size()));
  return text;
}

std::string text_of(const log::Inspected& inspected, std::uint64_t facts, std::uint64_t records) {
  std::string text;
  const auto line = [&](std::string_view name, std::string_view value) {
    text += fmt::format("  {:<12}{}\n", name, value);
  };
  line("format", inspected.superblock ? fmt::format("{}", inspected.version) : "not known");
  line("left", left(inspected));
  line("log", fmt::format("{}, {}, {}", counted(inspected.log_segments, "segment"),
                          counted(inspected.log_frames, "frame"), counted(facts, "fact")));
  if (inspected.checkpoint_segments > 0) {
    line("checkpoint",
         fmt::format("{}, {}, {}", counted(inspected.checkpoint_segments, "segment"),
                     counted(inspected.checkpoint_frames, "frame"), counted(records, "record")));
  } else {
    line("checkpoint", "none");
  }
  return text;
}

}  // namespace mailrail::ops
