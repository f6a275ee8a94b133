// Whatever a structure holds comes back from every codec: random structures, filled by their
// shapes.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "base/digest.h"
#include "base/random.h"
#include "wire/example_shapes.h"
#include "wire/json_decode.h"
#include "wire/json_encode.h"
#include "wire/query_decode.h"

namespace mailrail::wire {
namespace {

using example::Letter;

constexpr int rounds = 2000;

std::string random_text(Random& random) {
  static constexpr std::string_view pieces[] = {
      "a",    "Z",      "9",      " ",          "+",     "%",  "&", "=",
      ".",    "\"",     "\\",     "\n",         "\r",    "\t", "<", std::string_view("\0", 1),
      "\x1f", "\u00e9", "\u20ac", "\U0001F600", "\uFFFF"};
  std::string text;
  for (std::uint64_t left = random.below(6); left > 0; --left)
    text += pieces[random.below(std::size(pieces))];
  return text;
}

void fill(Random& random, Target target) {
  switch (target.shape->kind) {
    case ShapeKind::string:
      *static_cast<std::string*>(target.value) = random_text(random);
      return;
    case ShapeKind::blob:
      static_cast<Blob*>(target.value)->bytes =
          random_text(random) + static_cast<char>(random.below(256));
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
          fill(random, {.shape = field.shape, .value = field.emplace(target.value)});
      }
      return;
    case ShapeKind::list:
      for (std::uint64_t left = random.below(4); left > 0; --left) {
        fill(random, {.shape = target.shape->element, .value = target.shape->append(target.value)});
      }
      return;
    case ShapeKind::map:
      for (std::uint64_t left = random.below(4); left > 0; --left) {
        fill(random, {.shape = target.shape->element,
                      .value = target.shape->insert(target.value, random_text(random))});
      }
      return;
  }
}

// What a client that speaks AWS Query writes.
class FormWriter {
 public:
  const std::string& text() const { return text_; }

  void structure(const std::string& prefix, Source source) {
    for (const Field& field : source.shape->fields()) {
      const void* member = field.value(source.value);
      if (member != nullptr) write(prefix, field, {.shape = field.shape, .value = member});
    }
  }

 private:
  void write(const std::string& prefix, const Field& field, Source source) {
    const bool is_flattened = !field.flattened_name.empty();
    const std::string path = prefix + std::string(is_flattened ? field.flattened_name : field.name);
    if (source.shape->kind == ShapeKind::list) {
      for (std::size_t i = 0; i < source.shape->size(source.value); ++i) {
        value(fmt::format("{}{}.{}", path, is_flattened ? "" : ".member", i + 1),
              {.shape = source.shape->element, .value = source.shape->at(source.value, i)});
      }
    } else if (source.shape->kind == ShapeKind::map) {
      int place = 0;
      for_each_entry(source, [&](std::string_view key, Source element) {
        const std::string entry =
            fmt::format("{}{}.{}", path, is_flattened ? "" : ".entry", ++place);
        parameter(fmt::format("{}.{}", entry, field.entry_key), key);
        value(fmt::format("{}.{}", entry, field.entry_value), element);
      });
    } else {
      value(path, source);
    }
  }

  void value(const std::string& path, Source source) {
    switch (source.shape->kind) {
      case ShapeKind::string:
        return parameter(path, *static_cast<const std::string*>(source.value));
      case ShapeKind::blob:
        return parameter(path, base64(static_cast<const Blob*>(source.value)->bytes));
      case ShapeKind::integer:
        return parameter(path, fmt::to_string(*static_cast<const int*>(source.value)));
      case ShapeKind::long_integer:
        return parameter(path, fmt::to_string(*static_cast<const std::int64_t*>(source.value)));
      case ShapeKind::boolean:
        return parameter(path, *static_cast<const bool*>(source.value) ? "true" : "false");
      default:
        return structure(path + ".", source);
    }
  }

  void parameter(const std::string& name, std::string_view text) {
    text_ += name + "=";
    for (const char each : text) text_ += fmt::format("%{:02X}", static_cast<unsigned char>(each));
    text_ += "&";
  }

  std::string text_;
};

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
    FormWriter form;

    form.structure("", source_of(letter));

    ASSERT_EQ(decode_query<Letter>(Form::parse(form.text()).value()), letter) << form.text();
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
