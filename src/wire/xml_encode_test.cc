#include "wire/xml_encode.h"

#include <gtest/gtest.h>

#include "wire/example_shapes.h"

namespace mailrail::wire {
namespace {

using example::Letter;
using example::Page;
using example::Stamp;

template <class Structure>
std::string xml(const Structure& structure) {
  std::string out;
  append_xml(out, source_of(structure));
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  append_xml_text(out, text);
  return out;
}

TEST(XmlEncode, RepeatsFlattenedCollectionsInPlace) {
  const Page page{.id = "1",
                  .stamps = {{"a", Stamp{.kind = "String", .text = "x", .image = {}}},
                             {"b", Stamp{.kind = "Binary", .text = {}, .image = Blob{"any"}}}}};

  EXPECT_EQ(
      xml(page),
      "<Id>1</Id><Stamp><Name>a</Name><Value><Kind>String</Kind><Text>x</Text></Value></Stamp>"
      "<Stamp><Name>b</Name><Value><Kind>Binary</Kind><Image>YW55</Image></Value></Stamp>");
}

TEST(XmlEncode, WrapsTheOthers) {
  const Letter letter{
      .to = "", .names = {"a", "b"}, .wrapped_names = {"c", "d"}, .wrapped_labels = {{"k", "v"}}};

  EXPECT_EQ(xml(letter),
            "<To></To><Weight>0</Weight><IsUrgent>false</IsUrgent><Seal></Seal><Name>a</"
            "Name><Name>b</Name>"
            "<WrappedNames><member>c</member><member>d</member></WrappedNames>"
            "<WrappedLabels><entry><key>k</key><value>v</value></entry></WrappedLabels>");
}

struct Shelves {
  std::vector<std::string> names;
  std::map<std::string, std::string> labels;
  std::vector<std::string> notes;
  std::vector<std::string> flat;

  static constexpr Field fields[] = {
      field<&Shelves::names>("Names").shown_empty(),
      field<&Shelves::labels>("Labels").shown_empty(),
      field<&Shelves::notes>("Notes"),
      field<&Shelves::flat>("Flat").flattened("Flat").shown_empty(),
  };
};

TEST(XmlEncode, ShowsAnEmptyCollectionOnlyWhereItIsWrappedAndItsFieldSaysSo) {
  EXPECT_EQ(xml(Shelves{}), "<Names/><Labels/>");
}

TEST(XmlEncode, EscapesWhatAParserWouldChange) {
  EXPECT_EQ(escaped("\"&quot;&quot;\r"), "&quot;&amp;quot;&amp;quot;&#xD;");
  EXPECT_EQ(escaped("a<b>c\r\n\td'\u00e9"), "a&lt;b&gt;c&#xD;\n\td'\u00e9");
}

TEST(XmlEncode, ReplacesWhatXmlCannotSay) {
  EXPECT_EQ(escaped(std::string_view("a\0\x1f", 3)), "a\uFFFD\uFFFD");
  EXPECT_EQ(escaped("\uFFFE\uFFFFx\uFFFD\U0001F600"), "\uFFFD\uFFFDx\uFFFD\U0001F600");
}

TEST(XmlEncode, ClosesAnEmptyElementByItself) {
  std::string out;

  append_xml_element(out, "Detail", "");
  append_xml_element(out, "Code", "x");

  EXPECT_EQ(out, "<Detail/><Code>x</Code>");
}

}  // namespace
}  // namespace mailrail::wire
