#include "sns/filter_event.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

using Attributes = std::vector<EventAttribute>;

// What is at a path: strings in quotes first, then numbers and the rest.
std::string at(const Properties& properties, const std::string& path) {
  std::string found;
  const Values* values = properties.at(PropertyPath(path));
  if (values == nullptr) return found;
  for (const Scalar& each : values->first(SIZE_MAX)) {
    if (!found.empty()) found += " ";
    switch (each.kind) {
      case ScalarKind::null:
        found += "null";
        break;
      case ScalarKind::boolean:
        found += each.boolean ? "true" : "false";
        break;
      case ScalarKind::number:
        found += std::to_string(static_cast<double>(each.number));
        break;
      case ScalarKind::string:
        found += "'" + std::string(each.text) + "'";
        break;
    }
  }
  return found;
}

std::string in_body(const std::string& body, const std::string& path) {
  return at(*Event(body, {}).body(), path);
}

std::string in_attribute(const std::string& type, const std::string& value) {
  return at(Event("", Attributes{{.name = "a", .data_type = type, .value = value}}).attributes(),
            "a");
}

TEST(Event, HasABodyIfThatIsAJsonObject) {
  for (const std::string body :
       {"", "text", "\"text\"", "7", "null", "[{\"a\":1}]", "{\"a\":1", "{} x", "{'a':1}"}) {
    EXPECT_EQ(Event(body, {}).body(), nullptr) << body;
  }
  EXPECT_NE(Event("{}", {}).body(), nullptr);
  EXPECT_NE(Event(" {\"a\" : 1} ", {}).body(), nullptr);
}

TEST(Event, FindsValuesOfEveryKind) {
  const std::string body = R"({"a":"x","b":-7,"c":1.5,"d":true,"e":false,"f":null,"g":""})";

  EXPECT_EQ(in_body(body, "a"), "'x'");
  EXPECT_EQ(in_body(body, "b"), "-7.000000");
  EXPECT_EQ(in_body(body, "c"), "1.500000");
  EXPECT_EQ(in_body(body, "d"), "true");
  EXPECT_EQ(in_body(body, "e"), "false");
  EXPECT_EQ(in_body(body, "f"), "null");
  EXPECT_EQ(in_body(body, "g"), "''");
  EXPECT_EQ(in_body(body, "h"), "");
}

TEST(Event, FindsAPathHoweverItsDotsAreThere) {
  for (const std::string body :
       {R"({"object":{"nested":{"test":"x"}}})", R"({"object.nested.test":"x"})",
        R"({"object.nested":{"test":"x"}})", R"({"object":{"nested.test":"x"}})"}) {
    EXPECT_EQ(in_body(body, "object.nested.test"), "'x'") << body;
    EXPECT_EQ(in_body(body, "object.nested"), "") << body;
    EXPECT_EQ(in_body(body, "nested.test"), "") << body;
  }
  EXPECT_EQ(in_body(R"({"a":{"b":1},"a.b":2})", "a.b"), "1.000000 2.000000");
  EXPECT_EQ(in_body(R"({"":{"":{"x":1}}})", "..x"), "1.000000");
}

TEST(Event, FlattensArraysAndObjectsInThem) {
  EXPECT_EQ(in_body(R"({"a":["x",["y",[7]],[]]})", "a"), "'x' 'y' 7.000000");
  EXPECT_EQ(in_body(R"({"a":[{"b":1},{"b":2,"c":3},[[{"b":4}]]]})", "a.b"),
            "1.000000 2.000000 4.000000");
  EXPECT_EQ(in_body(R"({"a":[]})", "a"), "");
  EXPECT_EQ(in_body(R"({"a":[{"b":1}]})", "a"), "");
}

// FNV-1a makes the same of each pair.
TEST(Event, TellsPathsApartWhoseHashesAreHalfEqual) {
  ASSERT_EQ(PropertyPath("7mohtcOFVz").hash().first, PropertyPath("c1E51sSEyx").hash().first);
  ASSERT_EQ(PropertyPath("7mohtcOFVz.k").hash().first, PropertyPath("c1E51sSEyx.k").hash().first);
  const std::string body = R"({"c1E51sSEyx":{"k":2},"7mohtcOFVz":{"k":1},)"
                           R"("gMPflVXtwGDXbIhP73TX":3,"LtHf1prlU1bCeYZEdqWf":4})";

  EXPECT_EQ(in_body(body, "7mohtcOFVz.k"), "1.000000");
  EXPECT_EQ(in_body(body, "c1E51sSEyx.k"), "2.000000");
  EXPECT_EQ(in_body(body, "gMPflVXtwGDXbIhP73TX"), "3.000000");
  EXPECT_EQ(in_body(body, "LtHf1prlU1bCeYZEdqWf"), "4.000000");
  EXPECT_EQ(in_body(R"({"c1E51sSEyx":{"k":2}})", "7mohtcOFVz.k"), "");
  EXPECT_EQ(in_body(R"({"c1E51sSEyx.k":2})", "7mohtcOFVz.k"), "");
}

TEST(Event, SortsWhatIsAtAPathAndHasItOnce) {
  EXPECT_EQ(in_body(R"({"a":["y",2,"x",1,"y",2.0,true,null,[true,"X",1]]})", "a"),
            "'X' 'x' 'y' 1.000000 2.000000 true null");
  EXPECT_EQ(in_body(R"({"a":[{"b":2},{"b":[1,2]}],"a.b":[3,1]})", "a.b"),
            "1.000000 2.000000 3.000000");
}

TEST(Event, KeepsTheLastOfTwoEqualNames) {
  EXPECT_EQ(in_body(R"({"a":1,"a":2})", "a"), "2.000000");
}

TEST(Event, TellsIntegersApartThatADoubleCannot) {
  const Event event(R"({"a":9007199254740993,"b":18446744073709551615})", {});

  EXPECT_EQ(event.body()->at(PropertyPath("a"))->numbers.front(), Number(9007199254740993));
  EXPECT_NE(event.body()->at(PropertyPath("a"))->numbers.front(), Number(9007199254740992));
  EXPECT_EQ(event.body()->at(PropertyPath("b"))->numbers.front(), Number(18446744073709551615u));
}

TEST(Event, ReadsNumbersThatAreTooLongForAnInteger) {
  EXPECT_EQ(in_body(R"({"a":100000000000000000000000,"b":1})", "b"), "1.000000");
}

TEST(Event, ReadsDeeplyNestedBodiesAndGivesUpOnDeeperOnes) {
  const auto nested = [](int depth) {
    std::string body;
    for (int i = 0; i < depth; ++i) body += "{\"a\":";
    return body + "1" + std::string(static_cast<std::size_t>(depth), '}');
  };
  std::string path = "a";
  for (int i = 1; i < 512; ++i) path += ".a";

  EXPECT_EQ(in_body(nested(512), path), "1.000000");
  EXPECT_EQ(Event(nested(513), {}).body(), nullptr);
  EXPECT_EQ(Event(nested(200'000), {}).body(), nullptr);
}

TEST(Event, ReadsAttributesByTheirType) {
  EXPECT_EQ(in_attribute("String", "x"), "'x'");
  EXPECT_EQ(in_attribute("String", "[\"x\"]"), "'[\"x\"]'");
  EXPECT_EQ(in_attribute("String.mine", "x"), "'x'");
  EXPECT_EQ(in_attribute("Number", "99.12"), "99.120000");
  EXPECT_EQ(in_attribute("Number.float", "-1e3"), "-1000.000000");
  EXPECT_EQ(in_attribute("Number", "+007"), "7.000000");
  EXPECT_EQ(in_attribute("Number", "-.5"), "-0.500000");
  EXPECT_EQ(in_attribute("Binary", "x"), "");
  EXPECT_EQ(in_attribute("Binary.png", "x"), "");
  EXPECT_EQ(in_attribute("Stringx", "x"), "");
}

TEST(Event, TakesNoNumberFromWhatIsNone) {
  for (const std::string value :
       {"", "x", "1x", " 1", "1 ", "0x1f", "nan", "inf", "1e999", "--1", "+-1", "++1", "+"})
    EXPECT_EQ(in_attribute("Number", value), "") << value;
}

TEST(Event, ReadsTheElementsOfAStringArray) {
  EXPECT_EQ(in_attribute("String.Array", R"(["x",7,true,false,null])"),
            "'x' 7.000000 true false null");
  EXPECT_EQ(in_attribute("String.Array", R"(["x",["y"],{"z":1}])"), "'x'");
  EXPECT_EQ(in_attribute("String.Array", "[]"), "");
  EXPECT_EQ(in_attribute("String.Array", "x"), "");
  EXPECT_EQ(in_attribute("String.Array", "\"x\""), "");
}

TEST(Event, FindsAttributesByTheirWholeName) {
  const Event event("", Attributes{{.name = "a.b", .data_type = "String", .value = "x"},
                                   {.name = "c", .data_type = "String", .value = "y"}});

  EXPECT_EQ(at(event.attributes(), "a.b"), "'x'");
  EXPECT_EQ(at(event.attributes(), "a"), "");
  EXPECT_EQ(at(event.attributes(), "c"), "'y'");
}

TEST(Event, CanBeMoved) {
  Event first(R"({"a":{"b":"x"}})", Attributes{{.name = "c", .data_type = "String", .value = "y"}});

  const Event second = std::move(first);

  EXPECT_EQ(at(*second.body(), "a.b"), "'x'");
  EXPECT_EQ(at(second.attributes(), "c"), "'y'");
}

}  // namespace
}  // namespace mailrail::sns
