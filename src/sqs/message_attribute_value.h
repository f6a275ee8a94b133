// MessageAttributeValue: one named value beside a message's body, as clients send it and get it
// back.
//
// Which combinations are valid, what they count and how they are digested is
// message_attributes.h's.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::sqs {

struct MessageAttributeValue {
  std::optional<std::string> string_value;
  std::optional<Blob> binary_value;
  std::vector<std::string> string_list_values;  // Reserved by AWS, and refused.
  std::vector<Blob> binary_list_values;         // Reserved by AWS, and refused.
  std::string data_type;

  static constexpr Field fields[] = {
      field<&MessageAttributeValue::string_value>("StringValue"),
      field<&MessageAttributeValue::binary_value>("BinaryValue"),
      field<&MessageAttributeValue::string_list_values>("StringListValues")
          .flattened("StringListValue"),
      field<&MessageAttributeValue::binary_list_values>("BinaryListValues")
          .flattened("BinaryListValue"),
      field<&MessageAttributeValue::data_type>("DataType").required(),
  };

  friend bool operator==(const MessageAttributeValue&, const MessageAttributeValue&) = default;
};

// By name, in byte order: the order in which they are digested.
using MessageAttributes = std::map<std::string, MessageAttributeValue>;

}  // namespace mailrail::sqs
