#include "cli/message_options.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

std::string refusal(const std::vector<std::string>& options) {
  const auto attributes = parse_attributes(options);
  if (attributes) return "";
  EXPECT_EQ(exit_code_of(attributes.error()), ExitCode::usage);
  return attributes.error().message;
}

TEST(MessageOptions, AreAttributesByNameTypeAndValue) {
  const auto attributes =
      parse_attributes({"store=String:fans", "price=Number:9", R"(tags=String.Array:["a:b=c"])",
                        "b=Binary:aGk=", "empty=String:"});

  ASSERT_TRUE(attributes) << attributes.error().message;
  EXPECT_EQ(attributes->size(), 5u);
  EXPECT_EQ(attributes->at("store").data_type, "String");
  EXPECT_EQ(attributes->at("store").string_value, "fans");
  EXPECT_EQ(attributes->at("price").data_type, "Number");
  EXPECT_EQ(attributes->at("tags").string_value, R"(["a:b=c"])");
  EXPECT_EQ(attributes->at("b").binary_value, Blob{"hi"});
  EXPECT_EQ(attributes->at("b").string_value, std::nullopt);
  EXPECT_EQ(attributes->at("empty").string_value, "");
}

TEST(MessageOptions, AreStringsUnlessTheySayAnotherType) {
  const auto attributes = parse_sqs_attributes({"store=fans", "time=12:30", "a=Strings:x", "b=:"});

  ASSERT_TRUE(attributes) << attributes.error().message;
  for (const auto& [name, value] : *attributes) EXPECT_EQ(value.data_type, "String") << name;
  EXPECT_EQ(attributes->at("store").string_value, "fans");
  EXPECT_EQ(attributes->at("time").string_value, "12:30");
  EXPECT_EQ(attributes->at("a").string_value, "Strings:x");
  EXPECT_EQ(attributes->at("b").string_value, ":");
}

TEST(MessageOptions, SayWhatIsWrongWithAnAttribute) {
  const std::string form =
      "it must be NAME=VALUE, like store=fans, or NAME=TYPE:VALUE, like price=Number:9.";
  for (const std::string option : {"store", "=String:fans", ""})
    EXPECT_EQ(refusal({option}), "--attribute " + option + ": " + form);
  EXPECT_EQ(refusal({"b=Binary:?"}),
            "--attribute b=Binary:?: the value of a Binary must be base64.");
  EXPECT_EQ(refusal({"a=String:x", "a=String:y"}),
            "--attribute a=String:y: there is an attribute of that name already.");
}

TEST(MessageOptions, AreATextOrAFile) {
  std::string directory = std::filesystem::temp_directory_path() / "mailrail-message-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::ofstream(directory + "/body") << "from a file\n";
  std::ofstream(directory + "/long") << std::string(message_file_bytes_max + 1, 'x');

  EXPECT_EQ(read_message("plain"), "plain");
  EXPECT_EQ(read_message("@" + directory + "/body"), "from a file\n");
  EXPECT_EQ(read_message("@" + directory + "/none").error().message,
            "Cannot read the message from " + directory + "/none: No such file or directory.");
  EXPECT_EQ(read_message("@" + directory).error().message,
            "Cannot read the message from " + directory + ": Is a directory.");
  EXPECT_EQ(read_message("@" + directory + "/long").error().message,
            directory + "/long is too long for a message, which has at most 1048576 bytes.");
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace mailrail::cli
