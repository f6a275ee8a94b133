// What others wrote, as it may go to a terminal. Control characters become escapes like \u001b:
// no name or endpoint moves the cursor, or ends a line that a program reads.

#pragma once

#include <string>
#include <string_view>

namespace mailrail::cli {

// Of UTF-8; C0, DEL and C1.
std::string printable(std::string_view text);

}  // namespace mailrail::cli
