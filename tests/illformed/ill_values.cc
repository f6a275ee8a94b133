#include "tests/illformed/ill_values.h"

#include <cstdint>

#include <fmt/format.h>

namespace mailrail::illformed {
namespace {

namespace json = boost::json;
using Kind = Place::Step::Kind;

constexpr std::size_t huge_bytes = (1 << 20) + 1;
// More than any collection of a request may have.
constexpr int many = 1025;

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

bool is_integer(const Shape& shape) {
  return shape.kind == ShapeKind::integer || shape.kind == ShapeKind::long_integer;
}

Verdict right_for(bool is_right) { return is_right ? Verdict::answered : Verdict::undecodable; }

void add_json_scalars(std::vector<IllValue>& values, const Shape& shape) {
  const bool is_boolean = shape.kind == ShapeKind::boolean;
  const bool is_text = shape.kind == ShapeKind::string || shape.kind == ShapeKind::blob;
  const Verdict number = right_for(is_integer(shape));
  for (const char* each : {"true", "false"}) values.push_back({each, each, right_for(is_boolean)});
  for (const char* each : {"7", "-1", "0", "2147483647"}) values.push_back({each, each, number});
  for (const char* each : {"2147483648", "-2147483649", "9223372036854775808",
                           "18446744073709551615", "-9223372036854775808"}) {
    const bool may_be_right = shape.kind == ShapeKind::long_integer;
    values.push_back({each, each,
                      !is_integer(shape) ? Verdict::undecodable
                      : may_be_right     ? Verdict::answered
                                         : Verdict::refused});
  }
  for (const char* each :
       {"1.5", "1.0",      "1e400", "-1e400",    "1e-400", "18446744073709551616",
        "NaN", "Infinity", "01",    "+1",        "0x10",   "1.",
        ".5",  "1e",       "-",     "undefined", "'a'",    "a",
        "\"a", "tru",      "/**/1"}) {
    values.push_back({each, each, Verdict::undecodable});
  }
  values.push_back({"-0", "-0", number});
  values.push_back({"a number of 10,000 digits", repeated("9", 10'000), Verdict::undecodable});
  for (const char* each : {"7", "", " ", "a", "\\u0000", "\\u0001", "\\uFFFE", "\\uFEFFa", "\\r\\n",
                           "<&>", "%00", "\\ud83d\\ude00", "../..", "a/b", "$", "-1", "true"}) {
    values.push_back({quoted(each), quoted(each), right_for(is_text)});
  }
  values.push_back({"a long text", quoted(repeated("a", huge_bytes)), right_for(is_text)});
  values.push_back(
      {"a long text of escapes", quoted(repeated("\\u0001", huge_bytes / 4)), right_for(is_text)});
}

void add_json_broken_texts(std::vector<IllValue>& values) {
  for (const char* each :
       {"\xff", "\xc3", "\xc3(", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\x80", "\\ud800",
        "\\udc00a", "\\ud800\\ud800", "\\u12", "\\x41", "\\", "\x01", "\n", "\x7f\xfe"}) {
    values.push_back({"a broken text", quoted(each), Verdict::undecodable});
  }
  values.push_back({"a NUL in a text", std::string("\"a\0b\"", 5), Verdict::undecodable});
  values.push_back({"a bare NUL", std::string("\0", 1), Verdict::undecodable});
}

void add_json_collections(std::vector<IllValue>& values, const Shape& shape) {
  const bool is_list = shape.kind == ShapeKind::list;
  const bool is_object = shape.kind == ShapeKind::structure || shape.kind == ShapeKind::map;
  values.push_back({"[]", "[]", right_for(is_list)});
  values.push_back({"{}", "{}", right_for(is_object)});
  for (const char* each : {"[[]]", "[{}]", "[1]", "[\"a\"]", "[null]", "[\"a\",1]"})
    values.push_back({each, each, right_for(is_list)});
  for (const char* each : {R"({"a":1})", R"({"a":{}})", R"({"a":{"a":{"a":{}}}})", R"({"a":null})",
                           R"({"":null})", R"({"a":[]})"}) {
    values.push_back({each, each, right_for(is_object)});
  }
  for (const char* each : {"[1", "[,]", "[1,]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:1}",
                           "{a:1}", "[}", "{]", "]", "}"}) {
    values.push_back({each, each, Verdict::undecodable});
  }
  for (const std::size_t depth : {63uz, 100uz, 100'000uz}) {
    values.push_back({fmt::format("lists {} deep", depth),
                      repeated("[", depth) + repeated("]", depth), Verdict::undecodable});
    values.push_back({fmt::format("objects {} deep", depth),
                      repeated("{\"a\":", depth) + "1" + repeated("}", depth),
                      right_for(is_object && depth < 64)});
    values.push_back(
        {fmt::format("{} brackets", depth), repeated("[", depth), Verdict::undecodable});
  }
}

// Collections that are right by their shape but for their size and the names in them.
void add_json_sizes(std::vector<IllValue>& values, const Place& place) {
  if (!is_collection(place.shape->kind)) return;
  Place inside = place;
  inside.path.push_back({place.shape->kind == ShapeKind::list ? Kind::element : Kind::entry, "0"});
  inside.shape = place.shape->element;
  const std::string fitting = json::serialize(fitting_value({}, inside));
  if (place.shape->kind == ShapeKind::list) {
    for (const int count : {2, 11, many, 20'000}) {
      values.push_back({fmt::format("{} elements", count),
                        fmt::format("[{}{}]", repeated(fitting + ",", count - 1), fitting),
                        count < many ? Verdict::answered : Verdict::refused});
    }
    return;
  }
  const auto add = [&](std::string name, std::string_view key, Verdict verdict) {
    values.push_back({std::move(name), fmt::format("{{\"{}\":{}}}", key, fitting), verdict});
  };
  add("an entry without a name", "", Verdict::answered);
  add("an entry with a long name", repeated("n", huge_bytes), Verdict::answered);
  add("an entry with NUL in its name", "a\\u0000", Verdict::answered);
  add("an entry with a break in its name", "a\\r\\nb: c", Verdict::answered);
  add("an entry whose name is no UTF-8", "\xff", Verdict::undecodable);
  values.push_back(
      {"an entry twice", fmt::format("{{\"a\":{0},\"a\":{0}}}", fitting), Verdict::answered});
  values.push_back({"a broken value under a long name",
                    fmt::format("{{\"{}\":7.5}}", repeated("n", huge_bytes)),
                    Verdict::undecodable});
  for (const int count : {11, many, 20'000}) {
    std::string text = "{";
    for (int i = 0; i < count; ++i) text += fmt::format("\"n{}\":{},", i, fitting);
    text.back() = '}';
    values.push_back({fmt::format("{} entries", count), text,
                      count < many ? Verdict::answered : Verdict::refused});
  }
}

// The last one of a repeated member counts.
void add_json_repetitions(std::vector<IllValue>& values,
                          const Place& place,
                          const json::value& fitting) {
  const Place::Step& last = place.path.back();
  if (last.kind == Kind::element) return;
  const std::string good = json::serialize(fitting);
  const auto repeat = [&](std::string_view first, std::string_view second, Verdict verdict) {
    values.push_back(
        {"repeated",
         fmt::format("{},{}:{}", first, json::serialize(json::value(last.name)), second), verdict});
  };
  repeat(good, good, Verdict::answered);
  repeat(good, "1.5", Verdict::undecodable);
  repeat("null", good, Verdict::answered);
  if (last.kind == Kind::member) repeat(good, "null", Verdict::absent);
}

void add_query_scalars(std::vector<IllValue>& values, const Shape& shape) {
  const auto add = [&](std::string text, Verdict verdict) {
    values.push_back({text.substr(0, 40), std::move(text), verdict});
  };
  for (const char* each : {"%", "%4", "%ZZ", "%4Z", "a%", "%%41", "%u0041", "%-1", "%FF", "%C3",
                           "%C3%28", "%ED%A0%80", "%F4%90%80%80", "%C0%80", "\xff"}) {
    add(fmt::format("@={}", each), Verdict::undecodable);
    add(fmt::format("@{}=a", each), Verdict::undecodable);
  }
  const bool is_other = is_integer(shape) || shape.kind == ShapeKind::boolean;
  for (const char* each : {"a", "1.5", "1.0", "1e3", "1e400", "+1", "%2B1", "%201", "1+", "0x10",
                           "1,000", "--1", "%00", "1%00", "NaN", "true%20", "%EF%BB%BF1", "None"}) {
    add(fmt::format("@={}", each), is_other ? Verdict::refused : Verdict::answered);
  }
  for (const char* each : {"2147483648", "-2147483649", "9223372036854775808",
                           "-9223372036854775809", "18446744073709551616"}) {
    add(fmt::format("@={}", each),
        shape.kind == ShapeKind::integer ? Verdict::refused : Verdict::answered);
  }
  for (const char* each : {"@",       "@=",         "@==",      "@=a=b",       "@=-0",
                           "@=007",   "@=7",        "@=true",   "@=True",      "@=!",
                           "@=YQ",    "@=YQ==YQ==", "@=%0D%0A", "@=%EF%BF%BE", "@=%26%3C%3E%22",
                           "@=a&@=b", "@=&@=",      "@=a&@",    "@=%40",       "@=[]",
                           "@={}",    "%40=a",      "=a",       "@;@=a"}) {
    add(each, Verdict::answered);
  }
  add("@=" + repeated("a", huge_bytes), is_other ? Verdict::refused : Verdict::answered);
  add("@=" + repeated("%26", huge_bytes / 2), is_other ? Verdict::refused : Verdict::answered);
}

// Numbers of elements, and what may follow them.
void add_query_indices(std::vector<IllValue>& values) {
  for (const char* each : {"0",
                           "-1",
                           "01",
                           "2",
                           "3",
                           "10",
                           "999999999",
                           "4294967295",
                           "4294967296",
                           "18446744073709551616",
                           "1e3",
                           "a",
                           "",
                           "%31",
                           "1.",
                           "1..Name",
                           "1.1.1.1.1",
                           "1.Name",
                           "1.Value",
                           "1.Key",
                           "1.Value.DataType",
                           "1.Id",
                           "member.1",
                           "entry.1.key",
                           "N",
                           "-0",
                           "%00",
                           "1 ",
                           "+1"}) {
    values.push_back({fmt::format("@.{}=a", each), fmt::format("@.{}=a", each), Verdict::answered});
  }
  values.push_back({"half an entry", "@.1.Name=a&@.2.Value=b", Verdict::answered});
  values.push_back({"gaps", "@.7=a&@.3=b&@.4000000000=c", Verdict::answered});
  values.push_back({"the same in two ways", "@=a&@.1=b&@.1.Name=c", Verdict::answered});
  for (const int count : {11, many, 8000}) {
    std::string elements;
    std::string entries;
    for (int i = 1; i <= count; ++i) {
      elements += fmt::format("{}@.{}=a", i > 1 ? "&" : "", i);
      entries += fmt::format("{}@.{}.Name=n{}", i > 1 ? "&" : "", i, i);
    }
    values.push_back({fmt::format("{} elements", count), elements, Verdict::answered});
    values.push_back({fmt::format("{} entries", count), entries, Verdict::answered});
  }
}

}  // namespace

std::vector<IllValue> json_values(const Place& place, const json::value& fitting) {
  std::vector<IllValue> values;
  const bool is_element = place.path.back().kind == Kind::element;
  values.push_back({"null", "null", is_element ? Verdict::answered : Verdict::absent});
  values.push_back({"nothing", "", is_element ? Verdict::answered : Verdict::undecodable});
  add_json_scalars(values, *place.shape);
  add_json_broken_texts(values);
  add_json_collections(values, *place.shape);
  add_json_sizes(values, place);
  add_json_repetitions(values, place, fitting);
  return values;
}

std::vector<IllValue> query_values(const Place& place) {
  std::vector<IllValue> values;
  add_query_scalars(values, *place.shape);
  add_query_indices(values);
  return values;
}

std::vector<json::value> plain_values(const Place& place) {
  switch (place.shape->kind) {
    case ShapeKind::string:
      return {"",
              " ",
              "a",
              "7",
              "-1",
              "true",
              "All",
              "a/b",
              "../..",
              ".fifo",
              "x.fifo",
              "\r\n",
              "é",
              "\xf0\x9f\x98\x80",
              "\x01",
              "a\x7f",
              "<&>\"'",
              "http://h/000000000000/none",
              "arn:aws:sqs:us-east-1:000000000000:none",
              json::string(80, 'a'),
              json::string(81, 'a'),
              json::string(129, 'a'),
              json::string(257, 'a'),
              json::string(2049, 'a'),
              json::string(huge_bytes, 'a')};
    case ShapeKind::integer:
    case ShapeKind::long_integer:
      return {0, 1, -1, 10, 11, 20, 21, 900, 901, 1000, 1001, 43'200, 43'201, INT32_MAX, INT32_MIN};
    case ShapeKind::boolean:
      return {true, false};
    case ShapeKind::blob:
      return {"", "YQ==", "YQ", "!", "=", json::string(1 << 21, 'A')};
    case ShapeKind::structure:
    case ShapeKind::list:
    case ShapeKind::map:
      break;
  }
  return {};
}

std::vector<IllValue> json_bodies() {
  std::vector<IllValue> bodies;
  for (const char* each : {"[]",
                           "1",
                           "\"a\"",
                           "null",
                           "true",
                           " ",
                           "\n",
                           "{",
                           "}",
                           "{}{}",
                           "{},",
                           "{} x",
                           "\xef\xbb\xbf{}x",
                           "\xff\xfe{",
                           "Action=ListQueues",
                           "<a/>",
                           "{\"a\"}",
                           "{'a': 1}",
                           "{\"a\":1,}",
                           "//\n{}"}) {
    bodies.push_back({each, each, Verdict::undecodable});
  }
  bodies.push_back({"UTF-16", std::string("{\0}\0", 4), Verdict::undecodable});
  bodies.push_back({"UTF-16 with a mark", std::string("\xfe\xff\0{\0}", 6), Verdict::undecodable});
  bodies.push_back({"NUL behind the object", std::string("{}\0", 3), Verdict::undecodable});
  bodies.push_back({"a million brackets", repeated("[", 1'000'000), Verdict::undecodable});
  bodies.push_back({"a million objects", repeated("{\"a\":", 1'000'000), Verdict::undecodable});
  bodies.push_back(
      {"no member by that name", R"({"":1,"NoSuchMember":[1,2,{"a":null}]})", Verdict::answered});
  bodies.push_back({"nothing", "", Verdict::answered});
  return bodies;
}

std::vector<IllValue> query_bodies() {
  std::vector<IllValue> bodies;
  for (const char* each :
       {"Action=@", "Action=@&", "&&Action=@&&", "Action=@&Action=@",
        "Action=@&Version=", "Action=@&Version=2010-03-30", "Action=@&=", "Action=@&=a",
        "Action=@&a", "Action=@&%00=%00", "Action=@&.=a&..=b&.1=c"}) {
    bodies.push_back({each, each, Verdict::answered});
  }
  for (const char* each : {"Action=", "Action", "", "action=@", "=@", "Action=@%00", "Action=%20@",
                           "Action=@&Action=", "Action=NoSuchAction", "{\"Action\": \"@\"}"}) {
    bodies.push_back({each, each, Verdict::refused});
  }
  for (const char* each :
       {"Action=@&%", "Action=@%", "Action=@&a=%FF", "%FF=a&Action=@", "Action=%FF"})
    bodies.push_back({each, each, Verdict::undecodable});
  bodies.push_back({"a long action", "Action=" + repeated("a", huge_bytes), Verdict::refused});
  bodies.push_back({"a broken value under a long name",
                    "Action=@&" + repeated("n", huge_bytes) + "=%", Verdict::undecodable});
  bodies.push_back(
      {"10,000 parameters", "Action=@" + repeated("&a=b", 10'000), Verdict::undecodable});
  return bodies;
}

}  // namespace mailrail::illformed
