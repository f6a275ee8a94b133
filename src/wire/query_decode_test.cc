#include "wire/query_decode.h"

#include <gtest/gtest.h>

#include "wire/example_shapes.h"

namespace mailrail::wire {
namespace {

using example::Letter;
using Kind = DecodeError::Kind;

Decoded<Letter> decode(std::string_view text) {
  return decode_query<Letter>(Form::parse(text).value());
}

DecodeError error_of(std::string_view text) {
  const Decoded<Letter> decoded = decode(text);
  EXPECT_FALSE(decoded) << text;
  return decoded ? DecodeError{} : decoded.error();
}

TEST(QueryDecode, ReadsScalars) {
  const Decoded<Letter> letter =
      decode("To=x&Delay=-5&Weight=9000000000&IsUrgent=true&Seal=AP8%3D&Action=Post");

  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->to, "x");
  EXPECT_EQ(letter->delay, -5);
  EXPECT_EQ(letter->weight, 9'000'000'000);
  EXPECT_TRUE(letter->is_urgent);
  EXPECT_EQ(letter->seal.bytes, std::string("\0\xff", 2));
}

TEST(QueryDecode, SortsElementsByNumberAndToleratesGaps) {
  const Decoded<Letter> letter =
      decode("Name.10=c&Name.2=b&Name.1=a&WrappedNames.member.7=y&WrappedNames.member.3=x");

  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(letter->wrapped_names, (std::vector<std::string>{"x", "y"}));
}

TEST(QueryDecode, TakesABareNameForTheFirstElement) {
  EXPECT_EQ(decode("Name=All")->names, std::vector<std::string>{"All"});
  EXPECT_EQ(decode("Name=a&Name.2=b")->names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(decode("Name=a&Name.1=b")->names, std::vector<std::string>{"b"});
}

TEST(QueryDecode, TakesABareNameWithoutAValueForAnEmptyCollection) {
  const Decoded<Letter> letter = decode("Name=&Page=&Label=&Stamp=&To=");

  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(*letter, Letter{});
  EXPECT_EQ(decode("Name=&Name.2=b")->names, std::vector<std::string>{"b"});
  EXPECT_EQ(decode("Name.1=")->names, std::vector<std::string>{""});
}

// Left out, they would be lost without a word.
TEST(QueryDecode, RefusesNumbersThatNoElementHas) {
  for (const std::string_view number : {"0", "00", "01", "-1", "99999999999", "4294967296"}) {
    const std::string path = "Name." + std::string(number);
    EXPECT_EQ(error_of(path + "=a"),
              (DecodeError{Kind::malformed, path,
                           "is no element: they are numbered from 1, up to 4294967295"}));
  }
  EXPECT_EQ(error_of("Stamp.0.Name=k&Stamp.0.Value.Kind=x").path, "Stamp.0");
  EXPECT_EQ(error_of("Page.1.Stamp.0.Name=k").path, "Page.1.Stamp.0");
}

TEST(QueryDecode, IgnoresWhatIsNoNumber) {
  EXPECT_EQ(decode("Name.x=b&Name.=c&Name.1x=f&Name.1.x=g&Name.-=h&Name.1e3=i")->names,
            std::vector<std::string>{});
}

TEST(QueryDecode, ReadsMaps) {
  const Decoded<Letter> letter = decode(
      "Label.1.Key=k&Label.1.Value=v&Label.2.Key=l&Label.2.Value=&WrappedLabels.entry.1.key=m&"
      "WrappedLabels.entry.1.value=w");

  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->labels, (std::map<std::string, std::string>{{"k", "v"}, {"l", ""}}));
  EXPECT_EQ(letter->wrapped_labels, (std::map<std::string, std::string>{{"m", "w"}}));
}

TEST(QueryDecode, TakesAnEntryWithoutANumberForTheFirst) {
  using Labels = std::map<std::string, std::string>;

  EXPECT_EQ(decode("Label.Key=k&Label.Value=v")->labels, (Labels{{"k", "v"}}));
  EXPECT_EQ(decode("Label.Key=k&Label.Value=v&Label.2.Key=l&Label.2.Value=w")->labels,
            (Labels{{"k", "v"}, {"l", "w"}}));
  EXPECT_EQ(decode("Label.Key=k&Label.Value=v&Label.1.Key=l&Label.1.Value=w")->labels,
            (Labels{{"l", "w"}}));
  EXPECT_EQ(decode("Stamp.Name=n&Stamp.Value.Kind=x")->stamps.at("n").kind, "x");
  EXPECT_EQ(error_of("Label.Key=k").path, "Label.Value");
  EXPECT_EQ(error_of("Label.Value=v").path, "Label.Key");
}

TEST(QueryDecode, ReadsStructuresInMapsInLists) {
  const Decoded<Letter> letter = decode(
      "Page.1.Id=one&Page.2.Id=two&Page.2.Stamp.1.Name=my.trace&Page.2.Stamp.1.Value.Kind=Binary&"
      "Page.2.Stamp.1.Value.Image=YW55&Postmark.Kind=round");

  ASSERT_TRUE(letter) << letter.error().message();
  ASSERT_EQ(letter->pages.size(), 2u);
  EXPECT_EQ(letter->pages[1].stamps.at("my.trace").image, Blob{"any"});
  EXPECT_EQ(letter->postmark->kind, "round");
}

TEST(QueryDecode, RefusesHalfAnEntry) {
  EXPECT_EQ(error_of("Label.1.Key=k"), (DecodeError{Kind::missing, "Label.1.Value",
                                                    "is missing: an entry has a key and a value"}));
  EXPECT_EQ(error_of("Label.3.Value=v").path, "Label.3.Key");
  EXPECT_EQ(error_of("Stamp.1.Name=k").path, "Stamp.1.Value");
}

TEST(QueryDecode, ReadsNumbersStrictly) {
  for (const std::string_view number : {"+5", "%205", "5x", "", "5.0", "0x5", "1e3", "5%20"}) {
    EXPECT_EQ(error_of("Delay=" + std::string(number)).message(), "Delay must be an integer.")
        << number;
  }
  EXPECT_EQ(error_of("Delay=2147483648").message(),
            "Delay must be between -2147483648 and 2147483647.");
  EXPECT_EQ(error_of("Delay=2147483648").kind, Kind::bad_value);
}

TEST(QueryDecode, ReadsBooleansAndBlobsStrictly) {
  EXPECT_EQ(error_of("IsUrgent=yes").message(), "IsUrgent must be true or false.");
  EXPECT_EQ(error_of("Page.1.Stamp.2.Name=n&Page.1.Stamp.2.Value.Image=x").message(),
            "Page.1.Stamp.2.Value.Image must be base64 with padding.");
}

TEST(QueryDecode, BoundsCollections) {
  std::string many;
  for (std::size_t i = 1; i <= collection_size_max; ++i)
    many += "Name." + std::to_string(i) + "=a&";

  EXPECT_EQ(decode(many)->names.size(), collection_size_max);
  EXPECT_EQ(error_of(many + "Name.9999=a").message(),
            "Name must not have more than 1024 elements.");
}

}  // namespace
}  // namespace mailrail::wire
