// A message as it is said on the command line: a text, a file or standard input, and attributes as
// NAME=VALUE, or NAME=TYPE:VALUE where it is no String.
//
// What is wrong is told with the option and the value, and what would be right. Whether SNS takes
// the message is for the server to say.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sns/limits.h"
#include "sns/message_shapes.h"
#include "sqs/message_attribute_value.h"

namespace mailrail::cli {

// More is not read: no message of SQS or SNS is longer.
inline constexpr std::size_t message_file_bytes_max = sns::limits::message_bytes_max;

// `@FILE` is what the file holds, `-` what standard input does; anything else is itself.
Result<std::string> read_message(const std::string& option);

inline constexpr const char* attributes_help =
    "A message attribute, like store=fans or price=Number:9; the types are String, Number and "
    "Binary, whose value is base64. May be repeated.";

// A value that does not begin with a type and a colon is a String. Of type Binary it is base64.
Result<sns::MessageAttributes> parse_attributes(const std::vector<std::string>& options);

// The same, as SQS has them.
Result<sqs::MessageAttributes> parse_sqs_attributes(const std::vector<std::string>& options);

}  // namespace mailrail::cli
