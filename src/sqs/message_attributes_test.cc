#include "sqs/message_attributes.h"

#include <gtest/gtest.h>

#include "sqs/errors.h"

namespace mailrail::sqs {
namespace {

MessageAttributeValue string(std::string_view value, std::string_view type = "String") {
  return {.string_value = std::string(value), .data_type = std::string(type)};
}

MessageAttributeValue number(std::string_view value) { return string(value, "Number"); }

MessageAttributeValue binary(std::string_view bytes, std::string_view type = "Binary") {
  return {.binary_value = Blob{std::string(bytes)}, .data_type = std::string(type)};
}

std::string error_of(const MessageAttributes& attributes) {
  const Result<void> result = check_message_attributes(attributes);
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_EQ(result.error().kind, &errors::invalid_parameter_value);
  return result.error().message;
}

const MessageAttributes kenobi{
    {"General", string("Kenobi")}, {"Hello", string("There")}, {"Help.Me", string("Me")}};

MessageAttributes kenobi_by(std::vector<std::string> names) { return selected(kenobi, names); }

TEST(AttributeDigest, IsWhatAwsRecorded) {
  EXPECT_EQ(md5_of({{"k", string("x")}}), "a45daa70926828a2f0a1db3418e6feb4");
  EXPECT_EQ(md5_of({{"timestamp", number("1493147359900")}}), "235c5c510d26fb653d073faed50ae77c");
  EXPECT_EQ(md5_of(kenobi), "4c360f3fdafd970e05fae2f149d997f5");
  EXPECT_EQ(md5_of({{"attr1", number("99.12")}, {"attr2", number("109.12")}}),
            "9b720b3af309c1c4b0d395c53b08c502");
  EXPECT_EQ(md5_of({{"attr1", binary("traceparent\x1e"
                                     "00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01")}}),
            "8cbe4db156db8a94db8b801b7addb984");
  EXPECT_EQ(
      md5_of(
          {{"AWSTraceHeader",
            string("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")}}),
      "5ae4d5d7636402d80f4eb6d213245a88");
}

TEST(AttributeDigest, IsAbsentWithoutAttributes) { EXPECT_EQ(md5_of({}), std::nullopt); }

TEST(AttributeSelection, CoversOnlyWhatIsReturnedInItsDigest) {
  EXPECT_EQ(md5_of(kenobi_by({"General", "Hello"})), "fca026605781cb4126a1e9044df24232");
  EXPECT_EQ(md5_of(kenobi_by({"Hello"})), "a311262e065454b75da111d535b8dacd");
  EXPECT_EQ(md5_of(kenobi_by({"Hel.*"})), "83fee93c1bcd8b9a5a923ffacdc636c7");
}

TEST(AttributeSelection, KnowsThreeSpellingsOfAll) {
  for (const std::string name : {"All", ".*", "*"}) EXPECT_EQ(kenobi_by({"x", name}), kenobi);
}

TEST(AttributeSelection, IsExactWithoutAPattern) {
  EXPECT_TRUE(kenobi_by({"Help", "hello", "AWS.", "..foo", ""}).empty());
  EXPECT_TRUE(kenobi_by({}).empty());
  EXPECT_EQ(kenobi_by({"Help.Me"}).size(), 1u);
}

TEST(AttributeSize, CountsNamesTypesAndRawValues) {
  EXPECT_EQ(counted_bytes({{"ab", string("xyz")}, {"c", binary(std::string_view("\0\1", 2))}}),
            2u + 6 + 3 + 1 + 6 + 2);
}

TEST(AttributeCheck, TakesWhatAwsTakes) {
  EXPECT_TRUE(check_message_attributes({}));
  EXPECT_TRUE(check_message_attributes(kenobi));
  EXPECT_TRUE(check_message_attributes(
      {{"\u00f8\u00df\u00e4", string("x")}, {"a_-.9", string("x", "String.custom")}}));
  EXPECT_TRUE(check_message_attributes(
      {{std::string(256, 'n'), binary("x", "Binary.png")}, {"aws", string("x")}}));
  EXPECT_TRUE(check_message_attributes({{"n", string("x", "String." + std::string(249, 't'))}}));
}

TEST(AttributeCheck, BoundsTheirNumber) {
  MessageAttributes attributes;
  for (int i = 0; i < 10; ++i) attributes[std::to_string(i)] = string("x");
  EXPECT_TRUE(check_message_attributes(attributes));

  attributes["another"] = string("x");

  EXPECT_EQ(error_of(attributes),
            "Number of message attributes [11] exceeds the allowed maximum [10].");
}

TEST(AttributeCheck, RefusesBadNames) {
  EXPECT_EQ(error_of({{std::string(257, 'n'), string("x")}}),
            "Message (user) attribute name must be shorter than 256 bytes.");
  EXPECT_EQ(error_of({{"a b", string("x")}}),
            "Message (user) attributes name can only contain upper and lower score characters, "
            "digits, periods, hyphens and underscores.");
  error_of({{"a§", string("x")}});
  error_of({{"名", string("x")}});
  EXPECT_EQ(error_of({{"", string("x")}}),
            "The request must contain non-empty message (user) attribute names.");
  for (const std::string name : {".a", "a.", "AWS.a", "aMazon.a"}) {
    EXPECT_EQ(error_of({{name, string("x")}}),
              "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These "
              "strings are reserved for internal use. Additionally, they cannot start or end with "
              "'.'.");
  }
}

TEST(AttributeCheck, RefusesBadTypes) {
  for (const std::string type :
       {"", "Strings", "String.", "string", "Stringx", "Text", ".String"}) {
    error_of({{"a", string("x", type)}});
  }
  error_of({{"a", string("x", "String." + std::string(250, 't'))}});
  EXPECT_EQ(error_of({{"a", string("x", "Text")}}),
            "The type of message (user) attribute 'a' is invalid. You must use only the following "
            "supported type "
            "prefixes: Binary, Number, String.");
}

TEST(AttributeCheck, RefusesEmptyValuesAndValuesInTheWrongField) {
  EXPECT_EQ(error_of({{"a", string("")}}),
            "Message (user) attribute 'a' must contain a non-empty value of type 'String'.");
  EXPECT_EQ(error_of({{"a", {.data_type = "Binary"}}}),
            "Message (user) attribute 'a' must contain a non-empty value of type 'Binary'.");
  EXPECT_EQ(error_of({{"a", binary("x", "String.b")}}),
            "The message (user) attribute 'a' with type 'String.b' must use field 'String'.");
  error_of({{"a", string("x", "Binary")}});
  error_of({{"a", {.string_value = "x", .string_list_values = {"x"}, .data_type = "String"}}});
}

TEST(AttributeCheck, RefusesForbiddenCharactersAsAParameterValue) {
  EXPECT_TRUE(
      error_of({{"a", string("\x08")}}).starts_with("Invalid binary character '#x8' was found"));
  EXPECT_TRUE(check_message_attributes({{"a", binary("\x08")}}));
}

TEST(AttributeCheck, TakesNumbersOf38DigitsAndNothingElse) {
  for (const std::string text :
       {"0", "-1", "+1.5", "099.1200", ".5", "5.", "1e126", "9.99E+126", "1e-128", "-0.0e5",
        "12345678901234567890123456789012345678", "1234567890123456789012345678901234567800"}) {
    EXPECT_TRUE(check_message_attributes({{"a", number(text)}})) << text;
  }
  for (const std::string text :
       {"x", "1x", " 1", "1 ", "--1", "1e", "e5", ".", "-", "1.2.3", "0x10", "1e127", "1e-129",
        "1e99999999999", "123456789012345678901234567890123456789", "NaN", "1e+-5"}) {
    EXPECT_EQ(error_of({{"a", number(text)}}),
              "Can't cast the value of message (user) attribute 'a' to a number.")
        << text;
  }
}

TEST(SystemAttributeCheck, TakesATraceHeaderOnly) {
  EXPECT_TRUE(check_message_system_attributes({}));
  EXPECT_TRUE(check_message_system_attributes({{"AWSTraceHeader", string("Root=1")}}));
  EXPECT_FALSE(check_message_system_attributes({{"SenderId", string("me")}}));
  EXPECT_FALSE(check_message_system_attributes({{"AWSTraceHeader", number("1")}}));
  EXPECT_FALSE(check_message_system_attributes({{"AWSTraceHeader", binary("1")}}));
  EXPECT_FALSE(check_message_system_attributes({{"AWSTraceHeader", string("")}}));
}

}  // namespace
}  // namespace mailrail::sqs
