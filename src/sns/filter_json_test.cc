#include "sns/filter_json.h"

#include <limits>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

namespace json = boost::json;

TEST(FilterJson, ReadsWhatBoostReads) {
  for (const std::string text :
       {R"({"a":[1,-2,18446744073709551615,1.5,true,false,null,"x\n\u00e9\ud83d\ude00",{},[]]})",
        "{\"\":{\"a\":1,\"a\":2}}", " [ ] ", "7", "\"text\"", "1e-400", "-0.0"}) {
    const ParsedJson parsed = parse_json(text, 32);
    EXPECT_FALSE(parsed.error) << text;
    EXPECT_EQ(parsed.value, json::parse(text)) << text;
  }
}

TEST(FilterJson, ReadsLongStringsWhole) {
  const std::string text = "\"" + std::string(100'000, 'x') + "\\n" + std::string(10, 'y') + "\"";

  EXPECT_EQ(parse_json(text, 32).value, json::parse(text));
}

// Boost alone reads the first as the double beside it.
TEST(FilterJson, ReadsTheNearestDouble) {
  EXPECT_EQ(parse_json("501778.39068577276", 32).value.get_double(), 501778.39068577276);
  EXPECT_EQ(parse_json("[970661.8840327533]", 32).value.at(0).get_double(), 970661.8840327533);
  EXPECT_EQ(parse_json("804638.64657113608e0", 32).value.get_double(), 804638.64657113608);
  EXPECT_EQ(parse_json("123456789012345678901234567890", 32).value.get_double(),
            123456789012345678901234567890.0);
}

TEST(FilterJson, HasNoInfinity) {
  const double largest = std::numeric_limits<double>::max();

  EXPECT_EQ(parse_json("1e400", 32).value.get_double(), largest);
  EXPECT_EQ(parse_json("-1e99999", 32).value.get_double(), -largest);
}

TEST(FilterJson, RefusesWhatIsNotOneDocument) {
  for (const std::string text : {"", " ", "{", "[1,]", "[1] 2", "[1]x", "{\"a\"}", "[1 2]", "+1",
                                 "01", "\"\xff\"", "tru", "/**/1"}) {
    EXPECT_TRUE(parse_json(text, 32).error) << text;
  }
  EXPECT_FALSE(parse_json("[[1]]", 2).error);
  EXPECT_TRUE(parse_json("[[1]]", 1).error);
}

}  // namespace
}  // namespace mailrail::sns
