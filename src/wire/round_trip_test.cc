// Whatever a structure holds comes back from every codec: random structures, filled by their
// shapes.

#include <array>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"
#include "wire/example_shapes.h"
#include "wire/json_decode.h"
#include "wire/json_encode.h"
#include "wire/query_decode.h"
#include "wire/query_encode.h"
#include "wire/xml_decode.h"
#include "wire/xml_encode.h"

namespace mailrail::wire {
namespace {

using example::Letter;

constexpr int rounds = 2000;

using Pieces = std::span<const std::string_view>;

constexpr std::string_view pieces_of_text[] = {
    "a", "Z",      "9",      "+",          "%",      "&",    "=",
    ".", " ",      "\"",     "\\",         "\n",     "\r",   "\t",
    "<", "\u00e9", "\u20ac", "\U0001F600", "\uFFFF", "\x1f", std::string_view("\0", 1)};
// XML has no way to write the last three.
constexpr Pieces pieces_of_xml = Pieces(pieces_of_text).first(std::size(pieces_of_text) - 3);

std::string random_text(Random& random, Pieces pieces) {
  std::string text;
  for (std::uint64_t left = random.below(6); left > 0; --left)
    text += pieces[random.below(pieces.size())];
  return text;
}

void fill(Random& random, Target target, Pieces pieces = pieces_of_text) {
  switch (target.shape->kind) {
    case ShapeKind::string:
      *static_cast<std::string*>(target.value) = random_text(random, pieces);
      return;
    case ShapeKind::blob:
      static_cast<Blob*>(target.value)->bytes =
          random_text(random, pieces) + static_cast<char>(random.below(256));
      return;
    case ShapeKind::integer:
      *static_cast<int*>(target.value) = static_cast<int>(random.next());
      return;
    case ShapeKind::long_integer:
      *static_cast<std::int64_t*>(target.value) = static_cast<std::int64_t>(random.next());
      return;
    case ShapeKind::boolean:
      *static_cast<bool*>(target.value) = random.below(2) == 1;
      return;
    case ShapeKind::structure:
      for (const Field& field : target.shape->fields()) {
        if (random.below(3) > 0)
          fill(random, {.shape = field.shape, .value = field.emplace(target.value)}, pieces);
      }
      return;
    case ShapeKind::list:
      for (std::uint64_t left = random.below(4); left > 0; --left) {
        fill(random, {.shape = target.shape->element, .value = target.shape->append(target.value)},
             pieces);
      }
      return;
    case ShapeKind::map:
      for (std::uint64_t left = random.below(4); left > 0; --left) {
        fill(random,
             {.shape = target.shape->element,
              .value = target.shape->insert(target.value, random_text(random, pieces))},
             pieces);
      }
      return;
  }
}

TEST(RoundTrip, ThroughAwsJson) {
  SeededRandom random(1);
  for (int round = 0; round < rounds; ++round) {
    Letter letter;
    fill(random, target_of(letter));

    const std::string text = encode_json(letter);

    ASSERT_EQ(decode_json<Letter>(text), letter) << text;
  }
}

TEST(RoundTrip, ThroughAwsQuery) {
  SeededRandom random(2);
  for (int round = 0; round < rounds; ++round) {
    Letter letter;
    fill(random, target_of(letter));

    const std::string form = encode_query({.name = "Send", .version = "1"}, letter);

    ASSERT_EQ(decode_query<Letter>(Form::parse(form).value()), letter) << form;
  }
}

TEST(RoundTrip, ThroughXml) {
  constexpr std::array<std::string_view, 1> way = {"Letter"};
  SeededRandom random(4);
  for (int round = 0; round < rounds; ++round) {
    Letter letter;
    fill(random, target_of(letter), pieces_of_xml);
    std::string members;
    append_xml(members, source_of(letter));

    const Decoded<Letter> again = decode_xml<Letter>("<Letter>" + members + "</Letter>", way);

    ASSERT_EQ(again, letter) << members;
  }
}

TEST(RoundTrip, AnythingThatDecodesEncodesToWhatDecodesAlike) {
  SeededRandom random(3);
  const std::string_view pieces[] = {"{",      "}",         "[",         "]",          ",",     ":",
                                     "\"To\"", "\"Delay\"", "\"Names\"", "\"Labels\"", "\"x\"", "1",
                                     "-7",     "null",      "true",      "\"Pages\"",  "\"Id\""};
  for (int round = 0; round < rounds * 10; ++round) {
    std::string text = "{";
    for (std::uint64_t left = random.below(12); left > 0; --left)
      text += pieces[random.below(std::size(pieces))];
    text += "}";

    const Decoded<Letter> first = decode_json<Letter>(text);

    if (first) {
      ASSERT_EQ(decode_json<Letter>(encode_json(*first)), *first) << text;
    }
  }
}

}  // namespace
}  // namespace mailrail::wire
