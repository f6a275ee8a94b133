#include "base/json.h"

#include <gtest/gtest.h>

namespace mailrail {
namespace {

TEST(JsonWriter, PutsCommasBetweenMembersAndElements) {
  std::string out;
  JsonWriter json(out);

  json.begin_object();
  json.member("name", "q");
  json.key("sizes");
  json.begin_array();
  json.number(1);
  json.number(-9'000'000'000);
  json.begin_object();
  json.end_object();
  json.null();
  json.end_array();
  json.key("ready");
  json.boolean(true);
  json.end_object();

  EXPECT_EQ(out, R"({"name":"q","sizes":[1,-9000000000,{},null],"ready":true})");
}

TEST(JsonWriter, EscapesQuotesBackslashesAndControlCharactersOnly) {
  std::string out;

  JsonWriter(out).string(std::string_view("a\"\\\n\r\t\0\x1f\x7f/\u00e9\U0001F600", 16));

  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\r\\t\\u0000\\u001f\x7f/\u00e9\U0001F600\"");
}

}  // namespace
}  // namespace mailrail
