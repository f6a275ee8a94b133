#include "topology/elasticmq.h"

#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "topology/reader.h"

namespace mailrail::topology {
namespace {

namespace json = boost::json;

struct Word {
  std::string_view theirs;
  std::string_view ours;
};

constexpr std::array<Word, 6> words{{{"defaultVisibilityTimeout", "visibility_timeout"},
                                     {"delay", "delay"},
                                     {"receiveMessageWait", "receive_wait"},
                                     {"fifo", "fifo"},
                                     {"contentBasedDeduplication", "content_based_deduplication"},
                                     {"tags", "tags"}}};

// "10 seconds" is 10s; a unit that this has no word for stays as it is, and is refused as such.
json::value duration(const json::value& value) {
  if (!value.is_string()) return value;
  const std::string_view text = value.get_string();
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return value;
  std::string_view unit = text.substr(static_cast<std::size_t>(rest - text.data()));
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  if (unit == "s" || unit == "second" || unit == "seconds")
    return fmt::format("{}s", number).c_str();
  if (unit == "m" || unit == "minute" || unit == "minutes")
    return fmt::format("{}m", number).c_str();
  if (unit == "h" || unit == "hour" || unit == "hours") return fmt::format("{}h", number).c_str();
  if (unit == "d" || unit == "day" || unit == "days") return fmt::format("{}d", number).c_str();
  return value;
}

std::optional<std::string_view> our_word(std::string_view theirs) {
  for (const Word& each : words)
    if (each.theirs == theirs) return each.ours;
  return std::nullopt;
}

json::object our_words(const json::object& queue, const std::string& path, Reader& reader) {
  json::object made;
  for (const json::key_value_pair& each : queue) {
    const std::string inner = path_to(path, each.key());
    if (each.key() == "copyTo" || each.key() == "moveTo") {
      reader.note(inner, "left out, as no attribute says that; a topic can");
    } else if (each.key() == "deadLettersQueue") {
      const json::object* dead_letters = each.value().if_object();
      const json::value* name =
          dead_letters == nullptr ? nullptr : dead_letters->if_contains("name");
      const json::value* count =
          dead_letters == nullptr ? nullptr : dead_letters->if_contains("maxReceiveCount");
      if (name == nullptr || count == nullptr) {
        reader.problem(inner, "It must have a name and a maxReceiveCount.");
      } else {
        made["dead_letters"] = *name;
        made["receives_max"] = *count;
      }
    } else if (const auto word = our_word(each.key())) {
      made[*word] = *word == "fifo" || *word == "tags" ? each.value() : duration(each.value());
    } else {
      made[each.key()] = each.value();  // Which is refused, with what is nearest.
    }
  }
  return made;
}

}  // namespace

bool is_elasticmq(const Document& document) { return document.format == Format::hocon; }

Checked<Topology> read_elasticmq(const Document& document, const Place& place) {
  Reader reader(document, place);
  for (const json::key_value_pair& section : document.root) {
    const std::string path = path_to("", section.key());
    if (section.key() != "queues") {
      reader.note(path, "skipped, as it is not about queues");
      continue;
    }
    if (!section.value().is_object()) {
      reader.problem(path, "It must be a table.");
      continue;
    }
    for (const json::key_value_pair& each : section.value().get_object()) {
      const std::string inner = path_to(path, each.key());
      if (!each.value().is_object()) {
        reader.problem(inner, "It must be a table.");
      } else {
        reader.read_queue(std::string(each.key()),
                          our_words(each.value().get_object(), inner, reader), inner);
      }
    }
  }
  return reader.finish();
}

}  // namespace mailrail::topology
