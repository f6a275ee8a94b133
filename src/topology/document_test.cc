#include "topology/document.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace mailrail::topology {
namespace {

std::string error_of(std::string_view text, Format format) {
  const auto document = parse_document(text, "file", format);
  return document ? "" : document.error().message;
}

TEST(Document, IsTheSameTreeFromTomlAndFromJson) {
  const auto toml = parse_document("a = 1\n[b]\nc = [true, 'x', 1.5]\n", "t", Format::toml);
  const auto json = parse_document(R"({"a": 1, "b": {"c": [true, "x", 1.5]}})", "j", Format::json);

  ASSERT_TRUE(toml && json);
  EXPECT_EQ(toml->root, json->root);
}

TEST(Document, KnowsTheLineOfEverythingInToml) {
  const auto document = parse_document(
      "a = 1\n\n[queues.\"x.fifo\"]\nfifo = true\nb = [\n  1,\n  2]\n", "f.toml", Format::toml);

  ASSERT_TRUE(document);
  EXPECT_EQ(document->place("a"), "f.toml:1");
  EXPECT_EQ(document->place(R"(queues."x.fifo".fifo)"), "f.toml:4");
  EXPECT_EQ(document->place(R"(queues."x.fifo".b[1])"), "f.toml:7");
  EXPECT_EQ(document->place(R"(queues."x.fifo".b[1].deeper)"), "f.toml:7");
  EXPECT_EQ(document->place("nowhere"), "f.toml");
}

TEST(Document, ThatIsNoneSaysWhereItStopsBeingOne) {
  EXPECT_TRUE(
      error_of("a = 1\nb = = 2\n", Format::toml).starts_with("file:2:5: This is no TOML: "));
  EXPECT_TRUE(error_of("{\n\"a\": 1,\n}", Format::json).starts_with("file:3: This is no JSON: "));
  EXPECT_EQ(error_of("{} {}", Format::json).substr(0, 6), "file:1");
  EXPECT_EQ(error_of("[1]", Format::json),
            "file: The document must be an object, {...}, of finite numbers.");
}

TEST(Document, WithoutAKeyInItsHeadingSaysSo) {
  EXPECT_TRUE(error_of("a = 1\n[=]\n", Format::toml).starts_with("file:2:2: This is no TOML: "));
  EXPECT_TRUE(error_of("[\x01a]\n", Format::toml).starts_with("file:1:2: This is no TOML: "));
}

TEST(Document, HasOtherThanAsciiInTextsAndCommentsOnly) {
  EXPECT_EQ(error_of("\"é\" = 'é' # é\n", Format::toml), "");
  EXPECT_TRUE(error_of("\né = 1\n", Format::toml).starts_with("file:2:1: This is no TOML: "));
  EXPECT_TRUE(error_of("\na é = 1\n", Format::toml).starts_with("file:2:3: This is no TOML: "));
}

TEST(Document, RefusesWhatJsonHasNoWordFor) {
  EXPECT_EQ(error_of("[a]\nb = 2020-01-01\n", Format::toml),
            "file:2: a.b is a date or time; write it as text, in quotes.");
  EXPECT_EQ(error_of("a = inf\n", Format::toml),
            "file:1: a is a number without end; write it as text, in quotes.");
  EXPECT_NE(error_of(R"({"a": 1e999})", Format::json), "");
}

TEST(Document, IsOfABoundedLength) {
  EXPECT_EQ(error_of(std::string(document_bytes_max + 1, ' '), Format::json),
            "file: The document is longer than 4 MiB.");
}

}  // namespace
}  // namespace mailrail::topology
