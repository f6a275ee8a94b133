// What policies match. Where AWS's documentation has an example, it is here.

#include "sns/filter_policy.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sns/allocation_count_testing.h"

namespace mailrail::sns {
namespace {

using Attributes = std::vector<EventAttribute>;

FilterPolicy policy_of(const std::string& text, FilterScope scope) {
  Result<FilterPolicy> policy = parse_filter_policy(text, scope);
  EXPECT_TRUE(policy) << text << ": " << policy.error().message;
  return *std::move(policy);
}

bool takes_body(const std::string& policy, const std::string& body) {
  return matches(policy_of(policy, FilterScope::message_body), Event(body, {}));
}

bool takes(const std::string& policy, const Attributes& attributes) {
  return matches(policy_of(policy, FilterScope::message_attributes), Event("{}", attributes));
}

EventAttribute text(std::string_view name, std::string_view value) {
  return {.name = name, .data_type = "String", .value = value};
}

EventAttribute number(std::string_view name, std::string_view value) {
  return {.name = name, .data_type = "Number", .value = value};
}

EventAttribute list(std::string_view name, std::string_view value) {
  return {.name = name, .data_type = "String.Array", .value = value};
}

// Of a key `k` in the body.
bool takes_value(const std::string& patterns, const std::string& value) {
  return takes_body("{\"k\":" + patterns + "}", "{\"k\":" + value + ",\"other\":1}");
}

// --- Values and patterns

TEST(FilterPolicy, TakesValuesThatAreTheSame) {
  const std::string interests = R"({"customer_interests":["rugby","tennis"]})";

  EXPECT_TRUE(takes(interests, {text("customer_interests", "rugby")}));
  EXPECT_TRUE(takes(interests, {text("customer_interests", "tennis")}));
  EXPECT_FALSE(takes(interests, {text("customer_interests", "baseball")}));
  EXPECT_TRUE(takes(interests, {list("customer_interests", R"(["rugby","tennis"])")}));
  EXPECT_FALSE(takes(interests, {list("customer_interests", R"(["baseball"])")}));
  EXPECT_TRUE(takes_body(interests, R"({"customer_interests":"rugby"})"));
  EXPECT_FALSE(takes_body(interests, R"({"customer_interests":"baseball"})"));
}

TEST(FilterPolicy, FindsAValueWhereverItIsInTheList) {
  for (const std::string value : {R"("d")", R"("a")", R"("c")", R"("b")", "4", "-1", "3.5"}) {
    EXPECT_TRUE(takes_value(R"(["d",4,"a","c",-1,"b",3.5])", value)) << value;
    EXPECT_TRUE(takes_value(R"([{"anything-but":["x"]}])", value)) << value;
  }
  for (const std::string value : {R"("d")", R"("a")", R"("c")", R"("b")"})
    EXPECT_FALSE(takes_value(R"([{"anything-but":["d","a","c","b"]}])", value)) << value;
  for (const std::string value : {"4", "-1", "3.5"})
    EXPECT_FALSE(takes_value(R"([{"anything-but":[4,-1,3.5]}])", value)) << value;
}

TEST(FilterPolicy, ReadsTheSameNumberInPolicyBodyAndAttribute) {
  for (const std::string value : {"501778.39068577276", "0.1", "1e-7", "123456789012345678901"}) {
    EXPECT_TRUE(takes_value("[" + value + "]", value)) << value;
    EXPECT_TRUE(takes("{\"k\":[" + value + "]}", {number("k", value)})) << value;
  }
}

TEST(FilterPolicy, TellsCaseAndKindApart) {
  EXPECT_FALSE(takes_value(R"(["x"])", R"("X")"));
  EXPECT_FALSE(takes_value(R"(["1"])", "1"));
  EXPECT_FALSE(takes_value("[1]", R"("1")"));
  EXPECT_FALSE(takes_value(R"(["true"])", "true"));
  EXPECT_FALSE(takes_value("[true]", "false"));
  EXPECT_FALSE(takes_value("[false]", "null"));
  EXPECT_FALSE(takes_value("[null]", R"("null")"));
  EXPECT_TRUE(takes_value("[true]", "true"));
  EXPECT_TRUE(takes_value("[false]", "false"));
  EXPECT_TRUE(takes_value("[null]", "null"));
  EXPECT_FALSE(takes(R"({"k":["5"]})", {number("k", "5")}));
  EXPECT_FALSE(takes(R"({"k":[5]})", {text("k", "5")}));
  EXPECT_FALSE(takes(R"({"k":[{"numeric":["=",5]}]})", {text("k", "5")}));
}

TEST(FilterPolicy, ComparesNumbersByTheirValue) {
  for (const std::string same : {"301.5", "3.015e2", "301.50", "3015e-1"})
    EXPECT_TRUE(takes_value("[301.5]", same)) << same;
  EXPECT_TRUE(takes_value("[1.0]", "1"));
  EXPECT_TRUE(takes_value("[1]", "1.0"));
  EXPECT_TRUE(takes_value("[0]", "-0.0"));
  EXPECT_FALSE(takes_value("[9007199254740993]", "9007199254740992"));
  EXPECT_TRUE(takes(R"({"price":[99.12]})", {number("price", "99.12")}));
  EXPECT_TRUE(takes(R"({"price":[100]})", {number("price", "1e2")}));
  EXPECT_FALSE(takes(R"({"price":[100]})", {number("price", "100.5")}));
}

TEST(FilterPolicy, TakesPrefixesAndSuffixes) {
  const std::string prefix = R"([{"prefix":"bas"}])";
  EXPECT_TRUE(takes_value(prefix, R"("baseball")"));
  EXPECT_TRUE(takes_value(prefix, R"("basketball")"));
  EXPECT_FALSE(takes_value(prefix, R"("rugby")"));
  EXPECT_FALSE(takes_value(prefix, R"("Baseball")"));
  EXPECT_FALSE(takes_value(prefix, "7"));

  const std::string suffix = R"([{"suffix":"ball"}])";
  EXPECT_TRUE(takes_value(suffix, R"("baseball")"));
  EXPECT_FALSE(takes_value(suffix, R"("ballet")"));
  EXPECT_FALSE(takes_value(suffix, R"("all")"));
  EXPECT_TRUE(takes_value(R"([{"prefix":""}])", R"("")"));
}

TEST(FilterPolicy, TakesEqualsIgnoringTheCaseOfAsciiLetters) {
  const std::string tennis = R"([{"equals-ignore-case":"Tennis"}])";
  EXPECT_TRUE(takes_value(tennis, R"("TENNIS")"));
  EXPECT_TRUE(takes_value(tennis, R"("tennis")"));
  EXPECT_FALSE(takes_value(tennis, R"("tennis ")"));
  EXPECT_FALSE(takes_value(tennis, R"("tenni")"));
  EXPECT_FALSE(takes_value("[{\"equals-ignore-case\":\"\xc3\x84\"}]", "\"\xc3\xa4\""));
  EXPECT_TRUE(takes_value("[{\"equals-ignore-case\":\"\xc3\x84x\"}]", "\"\xc3\x84X\""));
  EXPECT_FALSE(takes_value(R"([{"equals-ignore-case":"[x]"}])", R"("{x}")"));
}

TEST(FilterPolicy, TakesAnythingButWhatIsListed) {
  const std::string but = R"({"customer_interests":[{"anything-but":["rugby","tennis"]}]})";
  EXPECT_TRUE(takes(but, {text("customer_interests", "baseball")}));
  EXPECT_TRUE(takes(but, {list("customer_interests", R"(["rugby","baseball"])")}));
  EXPECT_FALSE(takes(but, {text("customer_interests", "rugby")}));
  EXPECT_FALSE(takes(but, {list("customer_interests", R"(["rugby"])")}));
  EXPECT_FALSE(takes(but, {text("other", "x")}));
  EXPECT_TRUE(takes_body(but, R"({"customer_interests":["rugby","baseball"]})"));
  EXPECT_FALSE(takes_body(but, R"({"customer_interests":["rugby","tennis"]})"));

  EXPECT_TRUE(takes(R"({"price":[{"anything-but":[100,500]}]})", {number("price", "101")}));
  EXPECT_FALSE(takes(R"({"price":[{"anything-but":[100,500]}]})", {number("price", "100.0")}));
  EXPECT_TRUE(takes(R"({"price":[{"anything-but":[100,500]}]})", {text("price", "100")}));
  EXPECT_FALSE(takes_value(R"([{"anything-but":"x"}])", R"("x")"));
  EXPECT_FALSE(takes_value(R"([{"anything-but":1}])", "1"));
  for (const std::string other : {R"("y")", "1", "true", "null"})
    EXPECT_TRUE(takes_value(R"([{"anything-but":"x"}])", other)) << other;
}

TEST(FilterPolicy, TakesAnythingButAPrefix) {
  const std::string but = R"({"event":[{"anything-but":{"prefix":"order-"}}]})";
  EXPECT_TRUE(takes(but, {text("event", "data-entry")}));
  EXPECT_TRUE(takes(but, {text("event", "order_number")}));
  EXPECT_FALSE(takes(but, {text("event", "order-cancelled")}));
  EXPECT_FALSE(takes(but, {text("other", "x")}));
  EXPECT_TRUE(takes(but, {number("event", "7")}));
}

// Recorded on AWS: a key that is absent is neither null nor anything but something.
TEST(FilterPolicy, TakesNothingOfAKeyThatIsAbsent) {
  const std::string policy = R"({"attr1":[null,{"anything-but":"whatever"}]})";

  EXPECT_FALSE(takes(policy, {}));
  EXPECT_FALSE(takes(policy, {text("attr2", "x")}));
  EXPECT_TRUE(takes(policy, {text("attr1", "x")}));
}

TEST(FilterPolicy, TakesNumbersInARange) {
  const std::string price = R"({"price_usd":[{"numeric":[">",0,"<=",150]}]})";
  EXPECT_FALSE(takes(price, {number("price_usd", "0")}));
  EXPECT_TRUE(takes(price, {number("price_usd", "0.00001")}));
  EXPECT_TRUE(takes(price, {number("price_usd", "150")}));
  EXPECT_FALSE(takes(price, {number("price_usd", "150.1")}));

  EXPECT_TRUE(takes_value(R"([{"numeric":["=",301.5]}])", "3.015e2"));
  EXPECT_FALSE(takes_value(R"([{"numeric":["=",301.5]}])", "301"));
  EXPECT_TRUE(takes_value(R"([{"numeric":["<",10]}])", "9.9"));
  EXPECT_FALSE(takes_value(R"([{"numeric":["<",10]}])", "10"));
  EXPECT_TRUE(takes_value(R"([{"numeric":["<=",10]}])", "10"));
  EXPECT_FALSE(takes_value(R"([{"numeric":[">",10]}])", "10"));
  EXPECT_TRUE(takes_value(R"([{"numeric":[">=",10]}])", "10"));
  EXPECT_TRUE(takes_value(R"([{"numeric":[">=",1,"<",2]}])", "1"));
  EXPECT_FALSE(takes_value(R"([{"numeric":[">=",1,"<",2]}])", "2"));
  EXPECT_FALSE(takes_value(R"([{"numeric":[">",0]}])", R"("5")"));
  EXPECT_TRUE(takes_value(R"([{"numeric":["=",-5000000000.123456789]}])", "-5000000000.123456789"));
}

TEST(FilterPolicy, TakesAddressesOfANetwork) {
  const std::string v4 = R"({"source_ip":[{"cidr":"10.0.0.0/24"}]})";
  EXPECT_TRUE(takes(v4, {text("source_ip", "10.0.0.0")}));
  EXPECT_TRUE(takes(v4, {text("source_ip", "10.0.0.255")}));
  EXPECT_FALSE(takes(v4, {text("source_ip", "10.1.1.0")}));
  EXPECT_FALSE(takes(v4, {text("source_ip", "10.0.0")}));
  EXPECT_FALSE(takes(v4, {number("source_ip", "10")}));

  const std::string v6 = R"([{"cidr":"2001:db8:1234:1a00::/64"}])";
  EXPECT_TRUE(takes_value(v6, R"("2001:0db8:1234:1a00:0000:0000:0000:0000")"));
  EXPECT_TRUE(takes_value(v6, R"("2001:db8:1234:1a00:3333::1")"));
  EXPECT_FALSE(takes_value(v6, R"("2001:db8:1234:1a01::")"));
}

TEST(FilterPolicy, TakesKeysThatAreThere) {
  const std::string store = R"({"store":[{"exists":true}]})";
  EXPECT_TRUE(takes(store, {number("store", "99"), number("def", "99")}));
  EXPECT_TRUE(takes(store, {text("store", "fans")}));
  EXPECT_FALSE(takes(store, {number("attr1", "111")}));
  EXPECT_FALSE(takes(store, {}));
  for (const std::string value : {R"("fans")", "0", "false", "[1]", R"([null,"x"])"})
    EXPECT_TRUE(takes_body(store, R"({"store":)" + value + "}")) << value;
  for (const std::string value : {"null", R"("")", "[]", "{}", R"({"a":1})", R"([{"a":1}])"})
    EXPECT_FALSE(takes_body(store, R"({"store":)" + value + "}")) << value;
}

TEST(FilterPolicy, TakesKeysThatAreAbsentIfAnythingIsThere) {
  const std::string store = R"({"store":[{"exists":false}]})";
  EXPECT_TRUE(takes(store, {number("def", "99")}));
  EXPECT_FALSE(takes(store, {number("store", "99"), number("def", "99")}));
  EXPECT_FALSE(takes(store, {}));
  EXPECT_FALSE(takes(store, {{.name = "png", .data_type = "Binary", .value = ""}}));
  EXPECT_TRUE(takes_body(store, R"({"x":1})"));
  EXPECT_FALSE(takes_body(store, "{}"));
  for (const std::string value : {"null", R"("")", "0", R"("fans")"})
    EXPECT_FALSE(takes_body(store, R"({"store":)" + value + "}")) << value;
  for (const std::string value : {"[]", "{}", R"({"a":1})", R"([{"a":1}])"})
    EXPECT_TRUE(takes_body(store, R"({"store":)" + value + "}")) << value;
}

TEST(FilterPolicy, JoinsAnythingButWithAbsence) {
  const std::string policy = R"({"k":[{"anything-but":["x"]},{"exists":false}]})";

  EXPECT_TRUE(takes(policy, {text("other", "x")}));
  EXPECT_TRUE(takes(policy, {text("k", "y")}));
  EXPECT_FALSE(takes(policy, {text("k", "x")}));
}

// --- Keys together

TEST(FilterPolicy, WantsEveryKeyAndAnyOfItsValues) {
  const std::string policy =
      R"({"customer_interests":["rugby"],"price":[{"numeric":[">",100]},7]})";

  EXPECT_TRUE(takes(policy, {text("customer_interests", "rugby"), number("price", "101")}));
  EXPECT_TRUE(takes(policy, {text("customer_interests", "rugby"), number("price", "7")}));
  EXPECT_FALSE(takes(policy, {text("customer_interests", "rugby"), number("price", "8")}));
  EXPECT_FALSE(takes(policy, {text("customer_interests", "rugby")}));
}

TEST(FilterPolicy, WithoutKeysTakesEverything) {
  EXPECT_TRUE(takes("{}", {}));
  EXPECT_TRUE(takes_body("{}", "no JSON"));
}

TEST(FilterPolicy, OfBodiesTakesJsonObjectsOnly) {
  const std::string policy = R"({"k":[{"exists":false}]})";

  EXPECT_TRUE(takes_body(policy, R"({"x":1})"));
  for (const std::string body : {"Regular string message", "\"Regular string message\"", "[]", ""})
    EXPECT_FALSE(takes_body(policy, body)) << body;
}

TEST(FilterPolicy, LooksAtItsScopeOnly) {
  const Event event(R"({"in_body":"x"})", Attributes{text("in_attributes", "x")});
  const auto is_taken = [&](const std::string& policy, FilterScope scope) {
    return matches(policy_of(policy, scope), event);
  };

  EXPECT_TRUE(is_taken(R"({"in_body":["x"]})", FilterScope::message_body));
  EXPECT_FALSE(is_taken(R"({"in_body":["x"]})", FilterScope::message_attributes));
  EXPECT_TRUE(is_taken(R"({"in_attributes":["x"]})", FilterScope::message_attributes));
  EXPECT_FALSE(is_taken(R"({"in_attributes":["x"]})", FilterScope::message_body));
}

TEST(FilterPolicy, NestsAsTheBodyDoes) {
  const std::string policy = R"({"object":{"key":[{"prefix":"auto-"},"hardcodedvalue"],)"
                             R"("nested_key":[{"exists":false}]},"test":[{"exists":false}]})";

  EXPECT_TRUE(takes_body(policy, R"({"object":{"key":"auto-test"}})"));
  EXPECT_TRUE(takes_body(policy, R"({"object":{"key":"hardcodedvalue"}})"));
  EXPECT_FALSE(takes_body(policy, R"({"object":{"key":"test-auto"}})"));
  EXPECT_FALSE(takes_body(policy, R"({"object":{"key":"auto-test"},"test":"just-exists"})"));
  EXPECT_FALSE(takes_body(policy, R"({"object":{"key":"auto-test","nested_key":"just-exists"}})"));
  EXPECT_FALSE(takes_body(policy, R"({"object":{"test":"auto-test"}})"));
  EXPECT_FALSE(takes_body(policy, R"({"test":"auto-test"})"));
}

TEST(FilterPolicy, TakesDotsForNesting) {
  const std::string bodies[] = {
      R"({"object":{"nested":{"test":"x"}}})", R"({"object.nested.test":"x"})",
      R"({"object.nested":{"test":"x"}})", R"({"object":{"nested.test":"x"}})"};
  for (const std::string& body : bodies) {
    for (const std::string policy :
         {R"({"object.nested.test":["x"]})", R"({"object":{"nested":{"test":["x"]}}})",
          R"({"object.nested":{"test":["x"]}})"}) {
      EXPECT_TRUE(takes_body(policy, body)) << policy << " " << body;
    }
    EXPECT_FALSE(takes_body(R"({"object.nested.test":["y"]})", body));
  }
}

TEST(FilterPolicy, TakesAnyElementOfAnArray) {
  const std::string policy = R"({"headers":{"route-to":["queue1"]}})";

  EXPECT_TRUE(takes_body(policy, R"({"headers":{"route-to":["queue1"]}})"));
  EXPECT_TRUE(takes_body(policy, R"({"headers":{"route-to":["queue1","queue2"]}})"));
  EXPECT_FALSE(takes_body(policy, R"({"headers":{"route-to":["queue2"]}})"));
  EXPECT_FALSE(takes_body(policy, R"({"headers":{"route-to":[]}})"));
}

TEST(FilterPolicy, LooksIntoArraysOfObjects) {
  const std::string policy = R"({"Records":{"s3":{"object":{"key":[{"prefix":"auto-"}]}},)"
                             R"("eventName":[{"prefix":"ObjectCreated:"}]}})";
  const auto record = [](const std::string& event, const std::string& object) {
    return R"({"eventName":")" + event + R"(","s3":{"object":)" + object + "}}";
  };
  const std::string automobile = R"({"key":"auto-insurance-2314.xml","size":17})";
  const std::string home = R"({"key":"home-insurance-2314.xml","size":17})";
  const auto records = [](const std::string& list) { return R"({"Records":[)" + list + "]}"; };

  EXPECT_TRUE(takes_body(policy, records(record("ObjectCreated:Put", automobile))));
  EXPECT_FALSE(takes_body(policy, records(record("ObjectRemoved:Delete", automobile))));
  EXPECT_FALSE(takes_body(policy, records(record("ObjectCreated:Put", home))));
  EXPECT_TRUE(takes_body(policy, records(record("ObjectCreated:Put", "[[" + automobile + "]]") +
                                         "," + record("ObjectRemoved:Delete", home))));
}

TEST(FilterPolicy, MayBeMetByDifferentElements) {
  const std::string policy = R"({"items":{"colour":["red"],"size":["large"]}})";

  EXPECT_TRUE(takes_body(
      policy, R"({"items":[{"colour":"red","size":"small"},{"colour":"blue","size":"large"}]})"));
}

TEST(FilterPolicy, TakesAnyBranchOfOr) {
  const std::string policy =
      R"({"$or":[{"metricName":["CPUUtilization","ReadLatency"]},{"namespace":["AWS/EC2","AWS/ES"]}],)"
      R"("detail":{"scope":["Service"],"$or":[{"source":["aws.cloudwatch"]},)"
      R"({"type":["CloudWatch Alarm State Change"]}]}})";
  const std::string alarm = R"("type":"CloudWatch Alarm State Change")";
  const std::string source = R"("source":"aws.cloudwatch")";
  const auto body = [](const std::string& metric, const std::string& detail) {
    return "{" + metric + R"(,"detail":{)" + detail + "}}";
  };
  const std::string cpu = R"("metricName":"CPUUtilization")";
  const std::string service = R"("scope":"Service",)";

  EXPECT_TRUE(takes_body(policy, body(cpu, service + source)));
  EXPECT_TRUE(takes_body(policy, body(R"("metricName":"ReadLatency")", service + source)));
  EXPECT_TRUE(takes_body(policy, body(R"("namespace":"AWS/EC2")", service + source)));
  EXPECT_TRUE(takes_body(policy, body(R"("namespace":"AWS/ES")", service + alarm)));
  EXPECT_FALSE(takes_body(policy, body(R"("metricName":"AWS/EC2")", service + alarm)));
  EXPECT_FALSE(takes_body(policy, body(R"("namespace":"CPUUtilization")", service + alarm)));
  EXPECT_FALSE(takes_body(policy, body(cpu, R"("scope":"aws.cloudwatch",)" + alarm)));
  EXPECT_FALSE(takes_body(policy, body(cpu, service + R"("type":"CPUUtilization")")));
  EXPECT_FALSE(takes_body(policy, body(cpu, alarm)));
  EXPECT_FALSE(takes_body(policy, body(cpu, R"("scope":"Service")")));
  EXPECT_FALSE(takes_body(policy, R"({"metricName":"CPUUtilization","scope":"Service"})"));
}

TEST(FilterPolicy, TakesAnyBranchOfOrInAttributes) {
  const std::string policy =
      R"({"source":["aws.cloudwatch"],"$or":[{"metricName":["CPUUtilization"]},)"
      R"({"metricType":["MetricType"],"$or":[{"metricId":[1234]},{"spaceId":[1]}]}]})";
  const EventAttribute source = text("source", "aws.cloudwatch");

  EXPECT_TRUE(takes(policy, {source, text("metricName", "CPUUtilization")}));
  EXPECT_TRUE(
      takes(policy, {source, text("metricType", "MetricType"), number("metricId", "1234")}));
  EXPECT_TRUE(takes(policy, {source, text("metricType", "MetricType"), number("spaceId", "1")}));
  EXPECT_FALSE(takes(policy, {source, text("metricType", "MetricType")}));
  EXPECT_FALSE(takes(policy, {source, number("spaceId", "1")}));
  EXPECT_FALSE(takes(policy, {text("metricName", "CPUUtilization")}));
}

TEST(FilterPolicy, HasAKeyThatIsCalledOr) {
  EXPECT_TRUE(takes(R"({"$or":["x"]})", {text("$or", "x")}));
  EXPECT_FALSE(takes(R"({"$or":[{"prefix":"x"},{"suffix":"y"}]})", {text("other", "x")}));
  EXPECT_TRUE(takes(R"({"$or":[{"prefix":"x"},{"suffix":"y"}]})", {text("$or", "say")}));
}

// --- Cost

TEST(FilterPolicy, IsMatchedWithoutTakingMemory) {
  const std::vector<FilterPolicy> policies = {
      policy_of(R"({"a":["x","y",1,true,null,{"prefix":"p"},{"suffix":"s"}],)"
                R"("b":[{"equals-ignore-case":"Long text that no small string can hold"}],)"
                R"("c":[{"cidr":"10.0.0.0/8"},{"cidr":"::/0"}],)"
                R"("d":[{"anything-but":["u","v"]},{"exists":false}]})",
                FilterScope::message_attributes),
      policy_of(R"({"a":{"b.c":[{"numeric":[">",1,"<",7]},{"anything-but":{"prefix":"x"}}]},)"
                R"("$or":[{"d":{"e":["long text that no small string can hold"]}},{"f":["g"]}]})",
                FilterScope::message_body),
      policy_of(R"({"a.b.c":[{"exists":true}],"no.such.key":[{"exists":false}]})",
                FilterScope::message_body)};
  const Event event(
      R"({"a":{"b":{"c":[1,2,[3]]}},"d":[{"e":"long text that no small string can hold"}]})",
      Attributes{list("a", R"(["z","y"])"), text("b", "LONG TEXT THAT NO SMALL STRING CAN HOLD"),
                 text("c", "fd00::1"), text("d", "w")});
  const Event other(R"({"a":{"b":{"c":"x"}}})", Attributes{number("a", "7")});
  int matched = 0;

  const std::size_t before = allocation_count();
  for (int i = 0; i < 100; ++i) {
    for (const FilterPolicy& each : policies) {
      matched += matches(each, event) ? 1 : 0;
      matched += matches(each, other) ? 1 : 0;
    }
  }
  const std::size_t after = allocation_count();

  EXPECT_EQ(after, before);
  EXPECT_EQ(matched, 400);  // The first event matches all three, the other one the last.
  const Event another("{\"a\":1}", {});
  EXPECT_GT(allocation_count(), after);  // So it would have been noticed.
}

}  // namespace
}  // namespace mailrail::sns
