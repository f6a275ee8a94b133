#include "load/script.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LoadScript, HasNoEndWhereItIsMadeUp) {
  const Script script = Script::made_up({.text_bytes = 100});

  EXPECT_EQ(script.message_count(), std::nullopt);
  EXPECT_EQ(script.text(*script.item({.number = 3, .of = 4}, 1'000'000'000)).size(), 100U);
  EXPECT_EQ(script.group_name(0), "");
}

TEST(LoadScript, GivesEachTurnToOneProducer) {
  const Script script = Script::made_up({});
  std::set<std::uint64_t> turns;
  for (std::uint32_t producer = 0; producer < 3; ++producer)
    for (std::uint64_t k = 0; k < 10; ++k)
      turns.insert(script.item({.number = producer, .of = 3}, k)->turn);

  EXPECT_EQ(turns.size(), 30U);
  EXPECT_EQ(*turns.rbegin(), 29U);
}

TEST(LoadScript, GivesEachConversationToOneProducer) {
  for (const std::uint32_t producers : {1U, 3U, 7U, 10U}) {
    const Script script = Script::made_up({.groups = 10});
    std::map<std::uint32_t, std::set<std::uint32_t>> producers_of;
    for (std::uint32_t producer = 0; producer < producers; ++producer)
      for (std::uint64_t k = 0; k < 100; ++k)
        producers_of[script.item({.number = producer, .of = producers}, k)->group].insert(producer);

    EXPECT_EQ(producers_of.size(), 10U) << producers;
    for (const auto& [group, of_it] : producers_of) EXPECT_EQ(of_it.size(), 1U) << group;
  }
}

TEST(LoadScript, HasNothingForAProducerWithoutAConversation) {
  const Script script = Script::made_up({.groups = 2});

  EXPECT_TRUE(script.item({.number = 1, .of = 3}, 0));
  EXPECT_FALSE(script.item({.number = 2, .of = 3}, 0));
}

TEST(LoadScript, NamesConversationsFromTheFirstOn) {
  EXPECT_EQ(Script::made_up({.groups = 2, .first_group = 41}).group_name(1), "group-00000042");
}

TEST(LoadScript, RepeatsTextsInTheirOrder) {
  const Script script = Script::of_texts({"a", "b"});

  EXPECT_EQ(script.text(*script.item({.number = 1, .of = 2}, 3)), "b");
  EXPECT_EQ(script.text(*script.item({.number = 0, .of = 2}, 3)), "a");
}

constexpr std::string_view lines = R"({"conversation": "x/1", "text": "say \"hi\" \b"}
{"conversation": "y"}

{"conversation": "x/1"})";

TEST(LoadScript, SaysConversationsAgain) {
  auto script = Script::conversations(lines);

  ASSERT_TRUE(script) << script.error().message;
  script->deal(2);
  EXPECT_EQ(script->message_count(), 3U);
  EXPECT_EQ(script->groups(), 2U);
  EXPECT_EQ(script->group_name(0), "x/1");
  const Part first{.number = 0, .of = 2};
  const Part second{.number = 1, .of = 2};
  EXPECT_EQ(script->text(*script->item(first, 0)),
            R"({\"conversation\": \"x/1\", \"text\": \"say \\\"hi\\\" \\b\"})");
  EXPECT_EQ(script->text(*script->item(first, 1)), R"({\"conversation\": \"x/1\"})");
  EXPECT_EQ(script->item(first, 1)->turn, 2U);
  EXPECT_FALSE(script->item(first, 2));
  EXPECT_EQ(script->text(*script->item(second, 0)), R"({\"conversation\": \"y\"})");
  EXPECT_FALSE(script->item(second, 1));
}

TEST(LoadScript, NamesTheLineThatIsWrong) {
  const std::map<std::string, std::string> wrongs = {
      {"{}", "Line 1 has no text \"conversation\"."},
      {"\n[]", "Line 2 is no JSON object."},
      {"{\"conversation\": \"a b\", \"text\": \"\"}",
       "Line 1 has the conversation \"a b\", and it must be 1 to 128 letters"},
      {"\n\n", "There is no line in it."},
  };
  for (const auto& [text, sentence] : wrongs) {
    const auto script = Script::conversations(text);

    ASSERT_FALSE(script) << text;
    EXPECT_THAT(script.error().message, HasSubstr(sentence));
  }
}

}  // namespace
}  // namespace mailrail::load
