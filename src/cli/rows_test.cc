#include "cli/rows.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using boost::json::object;

const object message = {{"MessageId", "m-1"},
                        {"Body", "a\tb"},
                        {"Count", 7},
                        {"Attributes", object{{"MessageGroupId", "room-1"}, {"a.b", "dotted"}}}};

// What is printed in a form.
std::string printed(const OutputOptions& options) {
  testing::internal::CaptureStdout();
  Rows rows(options, {.list_name = "Messages",
                      .columns = {{"ID", "MessageId"},
                                  {"GROUP", "Attributes.MessageGroupId"},
                                  {"BODY", "Body", 4}}});
  rows.add(message);
  rows.flush();
  rows.add({{"MessageId", "m-2"}, {"Body", "\x1b[2J long"}});
  rows.finish();
  return testing::internal::GetCapturedStdout();
}

TEST(Rows, AreATableThatGoesOn) {
  EXPECT_EQ(printed({.output = "table"}),
            "ID   GROUP   BODY\n"
            "m-1  room-1  a\\u\u2026\n"
            "m-2          \\u0\u2026\n");
}

TEST(Rows, AreLinesWithTabsThatNoTextBreaks) {
  EXPECT_EQ(printed({.output = "tsv"}), "m-1\troom-1\ta\\u0009b\nm-2\t\t\\u001b[2J long\n");
}

TEST(Rows, AreOneDocument) {
  EXPECT_EQ(printed({.is_json = true}),
            "{\"Messages\":[{\"MessageId\":\"m-1\",\"Body\":\"a\\tb\",\"Count\":7,\"Attributes\":{"
            "\"MessageGroupId\":\"room-1\",\"a.b\":\"dotted\"}},"
            "{\"MessageId\":\"m-2\",\"Body\":\"\\u001b[2J long\"}]}\n");
}

TEST(Rows, AreADocumentAlsoIfThereAreNone) {
  testing::internal::CaptureStdout();
  Rows rows({.output = "json"}, {.list_name = "Queues", .columns = {}});
  rows.finish();

  EXPECT_EQ(testing::internal::GetCapturedStdout(), "{\"Queues\":[]}\n");
}

TEST(Rows, HaveNoControlCharacterInTheirJson) {
  testing::internal::CaptureStdout();
  print_object({.output = "jsonl"}, {{"Body", "\x1b[2J\x7f\u009b2J\u00e4"}});

  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "{\"Body\":\"\\u001b[2J\\u007f\\u009b2J\u00e4\"}\n");
}

TEST(Rows, AreWhatSomebodyWantsThemToBe) {
  EXPECT_EQ(printed({.format = "{messageid}:{Body}"}), "m-1:a\tb\nm-2:\x1b[2J long\n");
}

TEST(Formatted, FindsMembersOfMembers) {
  EXPECT_EQ(formatted("{attributes.messagegroupid} {Attributes.a.b} {Count}{None}", message),
            "room-1 dotted 7");
  EXPECT_EQ(formatted("{{x}} \\t\\n\\\\ {", message), "{x} \t\n\\ {");
}

TEST(PrintObject, HasALineForEachMember) {
  testing::internal::CaptureStdout();
  print_object({.output = "tsv"}, message);

  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "MessageId\tm-1\nBody\ta\\u0009b\nCount\t7\nAttributes.MessageGroupId\troom-1\n"
            "Attributes.a.b\tdotted\n");
}

}  // namespace
}  // namespace mailrail::cli
