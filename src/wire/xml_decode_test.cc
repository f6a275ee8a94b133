#include "wire/xml_decode.h"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/example_shapes.h"

namespace mailrail::wire {
namespace {

using example::Letter;
using testing::ElementsAre;
using testing::Pair;

constexpr std::array<std::string_view, 2> way = {"SendResponse", "SendResult"};

Decoded<Letter> decode(const std::string& members) {
  return decode_xml<Letter>("<?xml version=\"1.0\"?><SendResponse xmlns=\"urn:x\"><SendResult>" +
                                members + "</SendResult></SendResponse>",
                            way);
}

std::string refusal(const std::string& members) {
  const auto decoded = decode(members);
  return decoded ? "nothing was wrong" : decoded.error().message();
}

TEST(XmlDecode, ReadsScalarsOfEveryKind) {
  const auto letter = decode(
      "<To>Ann &amp; &#x42;ob<![CDATA[<]]></To><Delay>-3</Delay><Weight>9000000000</Weight>"
      "<IsUrgent>true</IsUrgent><Seal>AAE=</Seal><Unknown><Deep/></Unknown>");

  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(letter->to, "Ann & Bob<");
  EXPECT_EQ(letter->delay, -3);
  EXPECT_EQ(letter->weight, 9'000'000'000);
  EXPECT_TRUE(letter->is_urgent);
  EXPECT_EQ(letter->seal.bytes, std::string("\0\1", 2));
  EXPECT_EQ(letter->postmark, std::nullopt);
}

TEST(XmlDecode, KeepsWhatIsOnlySpace) {
  const auto letter = decode("<To> \n </To><Name> </Name><Name/>");

  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->to, " \n ");
  EXPECT_THAT(letter->names, ElementsAre(" ", ""));
}

TEST(XmlDecode, ReadsCollectionsFlattenedAndWrapped) {
  const auto letter = decode(
      "<Name>a</Name><Label><Key>k</Key><Value>v</Value></Label><Name>b</Name>"
      "<WrappedNames><member>c</member><member>d</member></WrappedNames>"
      "<WrappedLabels><entry><key>x</key><value>y</value></entry></WrappedLabels>"
      "<Stamp><Name>s</Name><Value><Kind>red</Kind></Value></Stamp>");

  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_THAT(letter->names, ElementsAre("a", "b"));
  EXPECT_THAT(letter->wrapped_names, ElementsAre("c", "d"));
  EXPECT_THAT(letter->labels, ElementsAre(Pair("k", "v")));
  EXPECT_THAT(letter->wrapped_labels, ElementsAre(Pair("x", "y")));
  EXPECT_EQ(letter->stamps.at("s").kind, "red");
}

TEST(XmlDecode, SaysWhichElementIsWrong) {
  EXPECT_EQ(refusal("<Delay>x</Delay>"), "Delay must be an integer.");
  EXPECT_EQ(refusal("<Delay>3000000000</Delay>"),
            "Delay must be between -2147483648 and 2147483647.");
  EXPECT_EQ(refusal("<IsUrgent>yes</IsUrgent>"), "IsUrgent must be true or false.");
  EXPECT_EQ(refusal("<Seal>?</Seal>"), "Seal must be base64 with padding.");
  EXPECT_EQ(refusal("<To>&#xD800;</To>"), "To must be UTF-8.");
  EXPECT_EQ(refusal("<To><b/></To>"), "To must be a text, not the element b.");
  EXPECT_EQ(refusal("<Label><Key>k</Key></Label>"), "Label is an entry without Value.");
  EXPECT_EQ(refusal("<Page><Stamp><Name>s</Name><Value><Image>?</Image></Value></Stamp></Page>"),
            "Page.Stamp.Image must be base64 with padding.");
}

TEST(XmlDecode, RefusesWhatIsNoSuchDocument) {
  const auto error = [](const std::string& text) {
    return decode_xml<Letter>(text, way).error().message();
  };

  EXPECT_EQ(error("<html></html>"), "The request has no element SendResponse.");
  EXPECT_EQ(error("<SendResponse></SendResponse>"), "The request has no element SendResult.");
  EXPECT_EQ(error("<SendResponse>"), "The request is not valid XML: Start-end tags mismatch.");
  EXPECT_EQ(error("\xff"), "The request is not UTF-8.");
}

TEST(XmlDecode, KnowsNoEntitiesOfTheDocument) {
  const auto letter = decode_xml<Letter>(
      "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]>"
      "<SendResponse><SendResult><To>&a;&f;</To></SendResult></SendResponse>",
      way);

  ASSERT_TRUE(letter) << letter.error().message();
  EXPECT_EQ(letter->to, "&a;&f;");
}

TEST(XmlDecode, TakesNoMoreElementsThanACollectionMayHave) {
  std::string names;
  for (std::size_t i = 0; i <= collection_size_max; ++i) names += "<Name/>";

  EXPECT_EQ(refusal(names), "Name must not have more than 1024 elements.");
}

}  // namespace
}  // namespace mailrail::wire
