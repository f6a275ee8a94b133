#include "wire/json_decode.h"

#include <gtest/gtest.h>

#include "wire/example_shapes.h"

namespace mailrail::wire {
namespace {

using example::Letter;
using Kind = DecodeError::Kind;

DecodeError error_of(std::string_view text) {
  const Decoded<Letter> decoded = decode_json<Letter>(text);
  EXPECT_FALSE(decoded) << text;
  return decoded ? DecodeError{} : decoded.error();
}

TEST(JsonDecode, ReadsEveryKindOfMember) {
  const Decoded<Letter> letter = decode_json<Letter>(R"({
    "To": "caf\u00e9 \ud83d\ude00", "Delay": 0, "Weight": 9000000000, "IsUrgent": true, "Seal": "AP8=",
    "Names": ["b", "a"], "Labels": {"k": "v", "l": ""}, "Pages": [{"Id": "1"}, {"Id": "2"}],
    "Stamps": {"trace": {"Kind": "Binary", "Image": ""}}})");

  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(letter->to, "caf\u00e9 \U0001F600");
  EXPECT_EQ(letter->delay, 0);
  EXPECT_EQ(letter->weight, 9'000'000'000);
  EXPECT_TRUE(letter->is_urgent);
  EXPECT_EQ(letter->seal.bytes, std::string("\0\xff", 2));
  EXPECT_EQ(letter->names, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(letter->labels, (std::map<std::string, std::string>{{"k", "v"}, {"l", ""}}));
  EXPECT_EQ(letter->pages.at(1).id, "2");
  EXPECT_EQ(letter->stamps.at("trace").image, Blob());
  EXPECT_EQ(letter->stamps.at("trace").text, std::nullopt);
}

TEST(JsonDecode, IgnoresUnknownMembersAndTakesNullForAbsent) {
  const Decoded<Letter> letter = decode_json<Letter>(
      R"({"Stranger": [{"deep": {}}], "to": "x", "Delay": null, "Labels": {"k": null}})");

  EXPECT_EQ(letter, Letter());
}

TEST(JsonDecode, TakesTheLastOfARepeatedMember) {
  const Decoded<Letter> letter = decode_json<Letter>(
      R"({"To": "a", "To": "b", "Names": ["x"], "Names": ["y"], "Delay": 1, "Delay": null,
                              "Labels": {"k": "1", "k": "2"}})");

  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->to, "b");
  EXPECT_EQ(letter->names, std::vector<std::string>{"y"});
  EXPECT_EQ(letter->delay, std::nullopt);
  EXPECT_EQ(letter->labels.at("k"), "2");
}

TEST(JsonDecode, TakesNoBodyForAnEmptyObject) {
  EXPECT_EQ(decode_json<Letter>(""), Letter());
  EXPECT_EQ(decode_json<Letter>("{}"), Letter());
}

TEST(JsonDecode, LeavesMissingMembersToFirstMissing) {
  const Decoded<Letter> letter = decode_json<Letter>(R"({"Delay": 1})");

  ASSERT_TRUE(letter);
  EXPECT_EQ(first_missing(*letter), "To");
}

TEST(JsonDecode, RefusesWhatIsNotJson) {
  for (const std::string_view text :
       {"{", "{}x", "{\"To\": \"a\",}", "{'To': 'a'}", "nul", "{\"To\": \"\\ud800\"}",
        "{\"To\": \"\xff\"}", "{\"To\": \"a\nb\"}", "{\"Weight\": 01}", " "}) {
    EXPECT_EQ(error_of(text).kind, Kind::malformed) << text;
  }
}

TEST(JsonDecode, RefusesMalformedJsonInsideAMemberItIgnores) {
  EXPECT_EQ(error_of(R"({"Stranger": [1 2]})").kind, Kind::malformed);
}

TEST(JsonDecode, BoundsDepth) {
  const std::string deep = "{\"Stranger\": " + std::string(100, '[') + std::string(100, ']') + "}";

  EXPECT_EQ(error_of(deep).kind, Kind::malformed);
}

TEST(JsonDecode, BoundsCollections) {
  std::string many = R"({"Names": [)";
  for (std::size_t i = 0; i < collection_size_max; ++i) many += R"("",)";

  EXPECT_EQ(decode_json<Letter>(many.substr(0, many.size() - 1) + "]}")->names.size(),
            collection_size_max);
  EXPECT_EQ(error_of(many + R"(""]})"),
            (DecodeError{Kind::bad_value, "Names", "must not have more than 1024 elements"}));
}

TEST(JsonDecode, TellsWhereATypeIsWrong) {
  EXPECT_EQ(error_of(R"({"Stamps": {"trace": {"Kind": 5}}})").message(),
            "Stamps.trace.Kind must be a string, not a number.");
  EXPECT_EQ(error_of(R"({"Pages": [{"Id": "1"}, {"Id": []}]})").message(),
            "Pages.2.Id must be a string, not a list.");
  EXPECT_EQ(error_of(R"({"Names": "x"})").message(), "Names must be a list, not a string.");
  EXPECT_EQ(error_of(R"({"Names": [null]})").message(), "Names.1 must be a string, not null.");
  EXPECT_EQ(error_of(R"({"Labels": ["x"]})").message(), "Labels must be an object, not a list.");
  EXPECT_EQ(error_of(R"({"Delay": "5"})").message(), "Delay must be an integer, not a string.");
  EXPECT_EQ(error_of(R"({"Delay": 5.0})").message(),
            "Delay must be an integer, not a number with a fraction or exponent.");
  EXPECT_EQ(error_of(R"({"IsUrgent": "true"})").message(),
            "IsUrgent must be a boolean, not a string.");
  EXPECT_EQ(error_of(R"({"Seal": 1})").message(), "Seal must be a base64 string, not a number.");
  EXPECT_EQ(error_of("[]").message(), "The request must be an object, not a list.");
  EXPECT_EQ(error_of("[]").kind, Kind::wrong_type);
}

TEST(JsonDecode, RefusesNumbersOutOfRange) {
  EXPECT_EQ(error_of(R"({"Delay": 2147483648})"),
            (DecodeError{Kind::bad_value, "Delay", "must be between -2147483648 and 2147483647"}));
  EXPECT_EQ(error_of(R"({"Weight": 18446744073709551615})").kind, Kind::bad_value);
  EXPECT_EQ(error_of(R"({"Weight": 99999999999999999999999})").kind, Kind::malformed);
}

TEST(JsonDecode, RefusesABlobThatIsNotBase64) {
  EXPECT_EQ(error_of(R"({"Seal": "AP8"})"),
            (DecodeError{Kind::bad_value, "Seal", "must be base64 with padding"}));
}

TEST(JsonDecode, RepeatsALongNameInPart) {
  const std::string name(1 << 20, 'n');

  const DecodeError error = error_of("{\"Labels\": {\"" + name + "\": 1}}");

  EXPECT_EQ(error.kind, Kind::wrong_type);
  EXPECT_LT(error.message().size(), 1100u);
}

TEST(JsonDecode, ReadsALargeDocumentAndThenASmallOne) {
  const std::string large(5 << 20, 'x');

  EXPECT_EQ(decode_json<Letter>("{\"To\": \"" + large + "\"}")->to, large);
  EXPECT_EQ(decode_json<Letter>(R"({"To": "small"})")->to, "small");
}

}  // namespace
}  // namespace mailrail::wire
