// XML out, as the answers to AWS Query requests are written: a structure by its shape, and the text
// of one element.
//
// Flattened lists and maps repeat their element in place, the others wrap `<member>` or `<entry>`
// elements. Absent optionals and empty collections are left out, but for wrapped ones whose field
// says that they are shown.

#pragma once

#include <string>
#include <string_view>

#include "base/shape.h"

namespace mailrail::wire {

// The elements of the structure's members, without one around them.
void append_xml(std::string& out, Source structure);

// `<name>text</name>`, or `<name/>` if `inner` is empty; `inner` is XML already.
void append_xml_element(std::string& out, std::string_view name, std::string_view inner);

// Escapes `& < > "`, and CR, which a parser would turn into LF. What XML has no way to say becomes
// U+FFFD.
void append_xml_text(std::string& out, std::string_view text);

}  // namespace mailrail::wire
