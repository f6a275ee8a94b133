// Complaint: why something is wrong, as a sentence without its full stop; empty if nothing is.
// What the ledger and the model answer with.

#pragma once

#include <string>
#include <string_view>

namespace mailrail::sim {

using Complaint = std::string;

// NOLINTNEXTLINE(tidy-bool-parameter): the condition itself, as in the language's own statements.
inline Complaint unless(bool is_right, std::string_view complaint) {
  return is_right ? Complaint() : Complaint(complaint);
}

}  // namespace mailrail::sim
