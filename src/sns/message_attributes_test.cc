#include "sns/message_attributes.h"

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

std::string told(const std::string& name, const MessageAttributeValue& value) {
  const Result<void> checked = check_message_attributes({{name, value}}, "messageAttributes");
  return checked ? "none" : checked.error().message;
}

std::string told_of_name(const std::string& name) {
  return told(name, {.data_type = "String", .string_value = "v"});
}

TEST(SnsMessageAttributes, HaveNamesOfSomeCharacters) {
  EXPECT_EQ(told_of_name("a.b-c_D9"), "none");
  EXPECT_EQ(told_of_name(std::string(256, 'a')), "none");
  EXPECT_EQ(told_of_name(std::string(257, 'a')),
            "Length of message attribute name must be less than 256 bytes.");
  EXPECT_EQ(told_of_name(""), "Message attribute name can not be empty.");
  EXPECT_EQ(told_of_name(".a"),
            "Invalid message attribute name starting with character '.' was found.");
  EXPECT_EQ(told_of_name("a."),
            "Invalid message attribute name ending with character '.' was found.");
  EXPECT_EQ(told_of_name("a..b"), "Message attribute name can not have successive '.' character.");
  EXPECT_TRUE(told_of_name("a\u20acb").starts_with("Invalid non-alphanumeric character '#x20AC'"));
  EXPECT_TRUE(
      told_of_name("a\U0001F600b").starts_with("Invalid non-alphanumeric character '#x1F600'"));
}

TEST(SnsMessageAttributes, HaveTypesWithTheirOwnFields) {
  EXPECT_EQ(told("a", {.data_type = "Number.float", .string_value = "1"}), "none");
  EXPECT_EQ(told("a", {.data_type = "Binary.x", .binary_value = Blob{"b"}}), "none");
  EXPECT_EQ(told("a", {.data_type = "Number", .binary_value = Blob{"1"}}),
            "The message attribute 'a' with type 'Number' must use field 'String'.");
  EXPECT_EQ(told("a", {.data_type = "Binary"}),
            "The message attribute 'a' must contain non-empty message attribute value for message "
            "attribute type 'Binary'.");
  for (const char* type : {"Stringx", "String.", "string", "", "Boolean"}) {
    EXPECT_EQ(told("a", {.data_type = type, .string_value = "v"}),
              "The message attribute 'a' has an invalid message attribute type, the set of "
              "supported type prefixes is Binary, Number, and String.");
  }
}

TEST(SnsMessageAttributes, CountNameTypeAndValue) {
  EXPECT_EQ(counted_bytes({{"ab", {.data_type = "String", .string_value = "v"}},
                           {"c", {.data_type = "Binary", .binary_value = Blob{"1234"}}}}),
            2u + 6 + 1 + 1 + 6 + 4);
}

}  // namespace
}  // namespace mailrail::sns
