// A document that people write, as TOML, JSON or HOCON: one tree for all, with the line where each
// thing stands, as far as the parser tells.
//
// Nothing here knows what the document is about. Whatever text comes, it is a tree or one sentence
// that says where the text stops being a document.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace mailrail::topology {

inline constexpr std::size_t document_bytes_max = std::size_t{4} << 20;

enum class Format : std::uint8_t { toml, json, hocon };

struct Document {
  std::string name;  // Of its file, as it was given.
  Format format = Format::toml;
  boost::json::object root = {};                  // TOML becomes this, too.
  std::map<std::string, std::size_t> lines = {};  // By path. JSON has none.

  // "FILE:LINE", of the deepest thing on the path whose line is known, or "FILE".
  std::string place(std::string_view path) const;
};

// Of a thing inside another one, like queues.orders: how `lines` and sentences name it.
std::string path_to(std::string_view outer, std::string_view name);
std::string path_to(std::string_view outer, std::size_t index);

Result<Document> parse_document(std::string_view text, std::string name, Format format);

}  // namespace mailrail::topology
