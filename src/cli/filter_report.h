// What `mailrail topics test-filter` prints: a table for people, lines with tabs or JSON for
// programs.
//
// Endpoints are anybody's text, and shown so that they harm no terminal. The order is the server's;
// only the table may change from version to version.

#pragma once

#include <cstdint>
#include <string>

#include "admin/topic_filter_shapes.h"

namespace mailrail::cli {

enum class Colours : std::uint8_t { none, ansi };

// Who gets the message, and of the others why not; a sentence that counts them.
std::string table_of(const admin::TestFilterOutput& tested, Colours colours);

// A line each: ARN, protocol, endpoint, yes or no or pending, reason.
std::string tabs_of(const admin::TestFilterOutput& tested);

// One document, as the server's API has it.
std::string json_of(const admin::TestFilterOutput& tested);

}  // namespace mailrail::cli
