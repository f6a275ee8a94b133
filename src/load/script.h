// Script: what the producers of a run send, message by message: made up, or a file of conversations
// said again.
//
// Each producer has a part of it, and a conversation belongs to one producer, who sends its
// messages one after another: so it has an order that can be judged.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mailrail::load {

struct Item {
  std::uint64_t turn = 0;   // Its place among the messages of all producers.
  std::uint32_t group = 0;  // Its conversation.
  std::size_t text = 0;
};

// Which of how many producers.
struct Part {
  std::uint32_t number = 0;
  std::uint32_t of = 1;
};

class Script {
 public:
  struct MadeUp {
    std::size_t text_bytes = 1024;  // Beside the tag.
    std::uint32_t groups = 0;       // Conversations; 0: there are none, of a standard queue.
    std::uint64_t first_group = 0;  // Of their names.
  };
  static Script made_up(const MadeUp& options);

  // These texts again and again, as they are.
  static Script of_texts(std::vector<std::string> texts);

  // Lines of JSON with a "conversation", each of which is a message as it stands. The error names
  // the line, and is of kind unusable.
  static Result<Script> conversations(std::string_view lines);

  // Deals conversations out to so many producers. A file's are dealt before an item is asked for.
  void deal(std::uint32_t parts);

  // The next `k` of a producer; nothing if it has sent all.
  std::optional<Item> item(const Part& part, std::uint64_t k) const;

  // Escaped for JSON.
  std::string_view text(const Item& item) const { return texts_[item.text]; }
  // As an id; empty: it is in none.
  std::string_view group_name(std::uint32_t group) const;

  std::uint32_t groups() const { return static_cast<std::uint32_t>(groups_.size()); }
  std::optional<std::uint64_t> message_count() const;  // Nothing: there is no end.

 private:
  bool is_file_ = false;
  std::vector<std::string> texts_;
  std::vector<std::string> groups_;
  std::vector<std::uint32_t> group_of_line_;               // Of a file; line N has text N.
  std::vector<std::vector<std::uint32_t>> lines_of_part_;  // Of a file, once it is dealt.
};

}  // namespace mailrail::load
