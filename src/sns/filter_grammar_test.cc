// Which policies are taken, and what is said of the others.

#include <string>

#include <gtest/gtest.h>

#include "sns/filter_errors.h"
#include "sns/filter_limits.h"
#include "sns/filter_policy.h"

namespace mailrail::sns {
namespace {

std::string complaint(const std::string& policy, FilterScope scope = FilterScope::message_body) {
  const Result<FilterPolicy> parsed = parse_filter_policy(policy, scope);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().kind, &errors::invalid_filter_policy);
  return parsed.error().message;
}

std::string in_attributes(const std::string& policy) {
  return complaint(policy, FilterScope::message_attributes);
}

// The complaint without the place.
std::string reason(const std::string& policy) {
  const std::string message = complaint(policy);
  return message.substr(0, message.find("\n at [Source"));
}

std::string placed(const std::string& reason, const std::string& source, int column) {
  return "FilterPolicy: " + reason + "\n at [Source: (String)\"" + source +
         "\"; line: 1, column: " + std::to_string(column) + "]";
}

std::string list_of(int count, const std::string& prefix = "value") {
  std::string list = "[";
  for (int i = 0; i < count; ++i)
    list += (i == 0 ? "\"" : ",\"") + prefix + std::to_string(i) + "\"";
  return list + "]";
}

struct Refused {
  const char* policy;
  const char* reason;
  int column;
};

// Recorded on AWS, with their columns, in May 2024.
constexpr Refused recorded[] = {
    {R"({"key_a":"value_one"})", "\"key_a\" must be an object or an array", 11},
    {R"({"key":[["value"]]})", "Match value must be String, number, true, false, or null", 10},
    {R"({"key":[{"wrong-operator":true}]})", "Unrecognized match type wrong-operator", 31},
    {R"({"key":[{"suffix":"value","prefix":"value2"}]})",
     "Only one key allowed in match expression", 37},
    {R"({"key":[{"suffix":100}]})", "suffix match pattern must be a string", 22},
    {R"({"key":[{"suffix":null}]})", "suffix match pattern must be a string", 23},
    {R"({"key":{"suffix":"value"}})", "\"suffix\" must be an object or an array", 19},
    {R"({"key":[{"suffix":[]}]})", "suffix match pattern must be a string", 20},
    {R"({"key":[{"suffix":["test","test2"]}]})", "suffix match pattern must be a string", 20},
    {R"({"key":{"suffix":"value","prefix":"value"}})", "\"suffix\" must be an object or an array",
     19},
    {R"({"key":{"not-an-operator":"value"}})", "\"not-an-operator\" must be an object or an array",
     28},
    {R"({"key":[{"numeric":[]}]})", "Invalid member in numeric match: ]", 22},
    {R"({"key":[{"numeric":["operator"]}]})", "Unrecognized numeric range operator: operator", 32},
    {R"({"key":[{"numeric":[1,"<="]}]})", "Invalid member in numeric match: 1", 22},
    {R"({"key":[{"numeric":["=","000"]}]})", "Value of equals must be numeric", 26},
    {R"({"key":[{"numeric":[">="]}]})", "Value of >= must be numeric", 26},
    {R"({"key":[{"numeric":["<",100,">",10]}]})", "Too many elements in numeric expression", 30},
    {R"({"key":[{"numeric":[">=",1,">",2]}]})", "Bad numeric range operator: >", 31},
    {R"({"key":[{"numeric":[">",3,"<",1]}]})", "Bottom must be less than top", 33},
    {R"({"key":[{"numeric":[">",20,"<="]}]})", "Value of <= must be numeric", 33},
    {R"({"key":[{"numeric":[">",20,30]}]})", "Bad value in numeric range: 30", 30},
    {R"({"key":[{"numeric":[">",20,"test"]}]})", "Bad numeric range operator: test", 34},
    {R"({"key":[{"numeric":[">","20","<","30"]}]})", "Value of > must be numeric", 26},
    {R"({"key":[{"numeric":[">",20,"<","30"]}]})", "Value of < must be numeric", 33},
    {R"({"key":[{"numeric":[">",20,"<",30,"<",50]}]})",
     "Too many terms in numeric range expression", 36},
    {R"({"key":[{"exists":null}]})", "exists match pattern must be either true or false.", 23},
    {R"({"key":[{"exists":"no"}]})", "exists match pattern must be either true or false.", 20},
    {R"({"key":[{"anything-but":{"wrong-operator":null}}]})",
     "Unsupported anything-but pattern: wrong-operator", 47},
    {R"({"key":[{"anything-but":{"suffix":"test"}}]})", "Unsupported anything-but pattern: suffix",
     36},
    {R"({"key":[{"anything-but":{"exists":false}}]})", "Unsupported anything-but pattern: exists",
     40},
    {R"({"key":[{"anything-but":{"prefix":false}}]})", "prefix match pattern must be a string", 40},
};

TEST(FilterGrammar, ComplainsAsAwsDidToTheColumn) {
  for (const Refused& each : recorded) {
    EXPECT_EQ(complaint(each.policy), placed(each.reason, each.policy, each.column));
    EXPECT_EQ(in_attributes(each.policy), placed(each.reason, each.policy, each.column));
  }
}

TEST(FilterGrammar, LeavesOutSpacesInWhatItRepeats) {
  EXPECT_EQ(complaint("{ \"key\" : [\n  [\"value\"]\n] }"),
            placed("Match value must be String, number, true, false, or null",
                   R"({"key":[["value"]]})", 10));
}

TEST(FilterGrammar, CountsAndCutsWhatItRepeatsByCharacters) {
  EXPECT_EQ(complaint("{\"\xc3\xa9\xf0\x9f\x98\x80\":1}"),
            placed("\"\xc3\xa9\xf0\x9f\x98\x80\" must be an object or an array",
                   "{\"\xc3\xa9\xf0\x9f\x98\x80\":1}", 9));

  std::string accents;
  for (int i = 0; i < 300; ++i) accents += "\xf0\x9f\x98\x80";
  const std::string long_policy = "{\"a\":[\"" + accents + "\"],\"b\":7}";
  std::string kept = "{\"a\":[\"";
  for (int i = 0; i < 246; ++i) kept += "\xf0\x9f\x98\x80";
  EXPECT_EQ(complaint(long_policy),
            "FilterPolicy: \"b\" must be an object or an array\n at [Source: (String)\"" + kept +
                "\"[truncated 117 chars]; line: 1, column: 616]");
}

// Not recorded, or without a place.
TEST(FilterGrammar, ComplainsOfEverythingElse) {
  const Refused others[] = {
      {"[]", "Filter is not an object", 0},
      {"7", "Filter is not an object", 0},
      {"\"x\"", "Filter is not an object", 0},
      {R"({"key":[]})", "Empty arrays are not allowed", 0},
      {R"({"key":{}})", "Empty objects are not allowed", 0},
      {R"({"key":{"a":["x"],"b":{}}})", "Empty objects are not allowed", 0},
      {R"({"key":true})", "\"key\" must be an object or an array", 0},
      {R"({"key":null})", "\"key\" must be an object or an array", 0},
      {R"({"key":[{}]})", "Match expression name not found", 0},
      {R"({"key":[{"wildcard":"x*"}]})", "Unrecognized match type wildcard", 0},
      {R"({"key":[{"Prefix":"x"}]})", "Unrecognized match type Prefix", 0},
      {R"({"key":[{"prefix":{"equals-ignore-case":"x"}}]})",
       "prefix match pattern must be a string", 0},
      {R"({"key":[{"equals-ignore-case":1}]})", "equals-ignore-case match pattern must be a string",
       0},
      {R"({"key":[{"cidr":1}]})", "prefix match pattern must be a string", 0},
      {R"({"key":[{"cidr":"10.0.0.0"}]})", "Malformed CIDR, one '/' required", 0},
      {R"({"key":[{"cidr":"10.0.0.0/x"}]})", "Malformed CIDR, mask bits must be an integer", 0},
      {R"({"key":[{"cidr":"xx/11"}]})", "Nonstandard IP address: xx", 0},
      {R"({"key":[{"cidr":"10.0.0.0/8","x":1}]})", "Only one key allowed in match expression", 0},
      {R"({"key":[{"exists":true,"x":1}]})", "Only one key allowed in match expression", 0},
      {R"({"key":[{"exists":[true]}]})", "exists match pattern must be either true or false.", 0},
      {R"({"key":[{"numeric":5}]})", "Value of numeric must be an array.", 0},
      {R"({"key":[{"numeric":["=",1,"=",1]}]})", "Too many elements in numeric expression", 0},
      {R"({"key":[{"numeric":["=",1],"x":1}]})", "Too many elements in numeric expression", 0},
      {R"({"key":[{"numeric":[">",1,"<",1]}]})", "Bottom must be less than top", 0},
      {R"({"key":[{"numeric":[">=",1,"<=",1]}]})", "Bottom must be less than top", 0},
      {R"({"key":[{"numeric":[["x"]]}]})", "Invalid member in numeric match: [", 0},
      {R"({"key":[{"anything-but":true}]})",
       "Value of anything-but must be an array or single string/number value.", 0},
      {R"({"key":[{"anything-but":null}]})",
       "Value of anything-but must be an array or single string/number value.", 0},
      {R"({"key":[{"anything-but":[true]}]})",
       "Inside anything but list, start|null|boolean is not supported.", 0},
      {R"({"key":[{"anything-but":["x",null]}]})",
       "Inside anything but list, start|null|boolean is not supported.", 0},
      {R"({"key":[{"anything-but":["x",1]}]})",
       "Inside anything but list, either all values are number or string, mixed type is not "
       "supported",
       0},
      {R"({"key":[{"anything-but":[]}]})",
       "Inside anything but list, either all values are number or string, mixed type is not "
       "supported",
       0},
      {R"({"key":[{"anything-but":{}}]})", "Anything-But expression name not found", 0},
      {R"({"key":[{"anything-but":{"prefix":""}}]})", "Null prefix not allowed", 0},
      {R"({"key":[{"anything-but":{"prefix":"x","y":1}}]})",
       "Only one key allowed in match expression", 0},
      {R"({"key":[{"anything-but":{"prefix":"x"},"y":1}]})",
       "Only one key allowed in match expression", 0},
      {R"({"key":[{"anything-but":"x","y":1}]})", "Too many elements in numeric expression", 0},
  };

  for (const Refused& each : others)
    EXPECT_EQ(reason(each.policy), std::string("FilterPolicy: ") + each.reason) << each.policy;
}

TEST(FilterGrammar, TellsTheFirstThingThatIsWrong) {
  EXPECT_EQ(reason(R"({"a":[{"exists":1}],"b":[[]],"c":7})"),
            "FilterPolicy: exists match pattern must be either true or false.");
  EXPECT_EQ(reason(R"({"a":["x",[]],"b":7})"),
            "FilterPolicy: Match value must be String, number, true, false, or null");
}

TEST(FilterGrammar, IsJson) {
  EXPECT_EQ(complaint("{invalidjson}"),
            "FilterPolicy: failed to parse JSON. syntax error at byte 2 of 13");
  EXPECT_EQ(complaint("{\"a\":[\"b\"]} x"),
            "FilterPolicy: failed to parse JSON. extra data at byte 13 of 13");
  EXPECT_EQ(complaint("{\"a\":[\"b\"]"),
            "FilterPolicy: failed to parse JSON. incomplete JSON at byte 10 of 10");
  for (const std::string text :
       {"", " ", "{", "{\"a\":['b']}", "{\"a\":[\"b\"],}", "{\"a\":[01]}", "{\"a\":[\"\xff\"]}",
        "{\"a\":[\"\\ud800\"]}", "{\"a\":[NaN]}", "\xef\xbb\xbf{}", "{\"a\":[\"\n\"]}"}) {
    EXPECT_TRUE(complaint(text).starts_with("FilterPolicy: failed to parse JSON. ")) << text;
  }
  EXPECT_EQ(complaint(" {\"a\" : [ \"b\" , 1e3 , -0.5 ]} \n"), "");
}

TEST(FilterGrammar, IsNoDeeperThanAParserLikes) {
  const auto nested = [](int depth) {
    std::string policy;
    for (int i = 0; i < depth; ++i) policy += "{\"a\":";
    return policy + "[\"x\"]" + std::string(static_cast<std::size_t>(depth), '}');
  };

  EXPECT_EQ(complaint(nested(150)), "");
  EXPECT_EQ(complaint(nested(151)), "FilterPolicy: Filter policy is too complex");
  EXPECT_TRUE(complaint(nested(5000)).starts_with("FilterPolicy: failed to parse JSON. "));
  EXPECT_FALSE(complaint(std::string(100'000, '[')).empty());
}

TEST(FilterGrammar, TakesNestingInBodiesOnly) {
  EXPECT_EQ(complaint(R"({"object":{"key":[{"prefix":"auto-"}]}})"), "");
  EXPECT_EQ(in_attributes(R"({"object":{"key":[{"prefix":"auto-"}]}})"),
            "Filter policy scope MessageAttributes does not support nested filter policy");
  EXPECT_EQ(in_attributes(R"({"$or":[{"a":["x"]},{"b":{"c":["x"]}}]})"),
            "Filter policy scope MessageAttributes does not support nested filter policy");
}

TEST(FilterGrammar, HasFiveKeysAtMost) {
  const std::string five = R"("a":["x"],"b":["x"],"c":["x"],"d":["x"],"e":["x"])";

  EXPECT_EQ(in_attributes("{" + five + "}"), "");
  EXPECT_EQ(in_attributes("{" + five + R"(,"f":["x"]})"),
            "FilterPolicy: Filter policy can not have more than 5 keys");
  EXPECT_EQ(complaint("{" + five + R"(,"f":["x"]})"),
            "FilterPolicy: Filter policy can not have more than 5 keys");
  EXPECT_EQ(complaint(R"({"a":{)" + five + R"(,"f":["x"]}})"), "");
  EXPECT_EQ(in_attributes(R"({"$or":[{)" + five + R"(},{"f":["x"]}],"g":["x"]})"), "");
}

TEST(FilterGrammar, HasThe150CombinationsOfOneKey) {
  EXPECT_EQ(in_attributes(R"({"key":)" + list_of(150) + "}"), "");
  EXPECT_EQ(in_attributes(R"({"key":)" + list_of(151) + "}"),
            "FilterPolicy: Filter policy is too complex");
}

TEST(FilterGrammar, MultipliesTheCombinationsOfItsKeys) {
  EXPECT_EQ(in_attributes(R"({"key1":)" + list_of(75) + R"(,"key2":)" + list_of(2) + "}"), "");
  EXPECT_EQ(in_attributes(R"({"key1":)" + list_of(100) + R"(,"key2":)" + list_of(51) + "}"),
            "FilterPolicy: Filter policy is too complex");
}

TEST(FilterGrammar, MultipliesByTheDepthOfAKey) {
  EXPECT_EQ(complaint(R"({"key_a":{"key_b":{"key_c":["v1","v2","v3","v4"]}},)"
                      R"("key_d":{"key_e":["v1","v2","v3"]},"key_f":["v1","v2"]})"),
            "");
  EXPECT_EQ(complaint(R"({"key_a":{"key_b":{"key_c":["v1","v2","v3","v4"]}},)"
                      R"("key_d":{"key_e":["v1","v2","v3"]},"key_f":["v1","v2","v3"]})"),
            "FilterPolicy: Filter policy is too complex");
}

// 3 x 6 + 3 x 4 x 4 + 3 x 4 x 7 = 150, and 4 x 6 + 4 x 4 x 4 + 4 x 4 x 4 = 152: recorded on AWS.
TEST(FilterGrammar, AddsTheCombinationsOfBranches) {
  const auto policy = [](int sources, int names, int spaces) {
    return R"({"source":)" + list_of(sources) + R"(,"$or":[{"metricName":)" + list_of(names) +
           R"(},{"metricType":)" + list_of(4) + R"(,"$or":[{"metricId":)" + list_of(4) +
           R"(},{"spaceId":)" + list_of(spaces) + "}]}]}";
  };

  EXPECT_EQ(in_attributes(policy(3, 6, 7)), "");
  EXPECT_EQ(in_attributes(policy(4, 6, 4)), "FilterPolicy: Filter policy is too complex");
}

// 3 x 4 x 2 + 3 x 4 x 6 + 2 x 4 x 2 + 2 x 4 x 6 = 160: recorded on AWS.
TEST(FilterGrammar, CountsTheDepthOfBranches) {
  const auto policy = [](int types) {
    return R"({"$or":[{"metricName":["1","2","3"]},{"namespace":["1","2"]}],)"
           R"("detail":{"scope":["1","2"],"$or":[{"source":["1"]},{"type":)" +
           list_of(types) + "}]}}";
  };

  EXPECT_EQ(complaint(policy(2)), "");
  EXPECT_EQ(complaint(policy(3)), "FilterPolicy: Filter policy is too complex");
}

TEST(FilterGrammar, TakesOrForAKeyUnlessItListsTwoBranchesWithoutReservedNames) {
  EXPECT_EQ(complaint(R"({"$or":["x",7]})"), "");
  EXPECT_EQ(complaint(R"({"$or":{"a":["x"]}})"), "");
  EXPECT_EQ(complaint(R"({"$or":[{"prefix":"x"},{"suffix":"y"}]})"), "");
  EXPECT_EQ(reason(R"({"$or":[{"numeric":123},{"prefix":"abc"}]})"),
            "FilterPolicy: Value of numeric must be an array.");
  EXPECT_EQ(reason(R"({"$or":[{"a":["x"]}]})"), "FilterPolicy: Unrecognized match type a");
  EXPECT_EQ(reason(R"({"$or":[{"a":["x"]},"y"]})"), "FilterPolicy: Unrecognized match type a");
  EXPECT_EQ(reason(R"({"$or":[]})"), "FilterPolicy: Empty arrays are not allowed");
  EXPECT_EQ(reason(R"({"$or":[{},{}]})"), "FilterPolicy: Empty objects are not allowed");
}

TEST(FilterGrammar, HasAtMost256Kilobytes) {
  const auto policy_of = [](std::size_t bytes) {
    return R"({"a":[")" + std::string(bytes - 10, 'x') + R"("]})";
  };
  ASSERT_EQ(policy_of(262'144).size(), 262'144u);

  EXPECT_EQ(complaint(policy_of(262'144)), "");
  EXPECT_EQ(complaint(policy_of(262'145)),
            "FilterPolicy: Filter policy has 262145 bytes. It may have 262144.");
}

TEST(FilterGrammar, IsBoundedWhereAwsCountsNothing) {
  const auto branches = [](std::size_t count, const std::string& name) {
    std::string keys;
    for (std::size_t i = 0; i < count; ++i)
      keys += (i == 0 ? "" : ",") + ("\"" + name + std::to_string(i)) + "\":[1]";
    return R"({"$or":[{)" + keys + R"(},{"other":[1]}]})";
  };

  EXPECT_EQ(complaint(branches(limits::filter_all_keys_max - 1, "k")), "");
  EXPECT_EQ(complaint(branches(limits::filter_all_keys_max, "k")),
            "FilterPolicy: Filter policy is too complex");
  EXPECT_EQ(complaint(R"({")" + std::string(100'000, 'n') + R"(":)" + branches(4, "k") + "}"),
            "FilterPolicy: Filter policy is too complex");
}

TEST(FilterGrammar, KeepsTheLastOfTwoEqualKeys) {
  EXPECT_EQ(complaint(R"({"a":7,"a":["x"]})"), "");
  EXPECT_EQ(complaint(R"({"a":["x"],"a":7})"),
            placed("\"a\" must be an object or an array", R"({"a":7})", 7));
}

}  // namespace
}  // namespace mailrail::sns
