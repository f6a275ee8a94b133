#include "load/reply.h"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::load {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view whole =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\ncontent-length:  5 "
    "\r\n\r\nhello";

TEST(LoadReply, IsThereOnceAllOfItIs) {
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    ReplyReader reader;
    reader.add(whole.substr(0, cut));
    EXPECT_FALSE(reader.reply()) << cut;
    reader.add(whole.substr(cut));

    const auto reply = reader.reply();

    ASSERT_TRUE(reply) << cut;
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "hello");
    EXPECT_FALSE(reply->ends_connection);
  }
}

TEST(LoadReply, IsFollowedByTheNext) {
  ReplyReader reader;
  reader.add(whole);
  reader.add("HTTP/1.1 503 Slow Down\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(reader.reply());
  reader.take();

  const auto reply = reader.reply();

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_FALSE(reply->is_ok());
  EXPECT_TRUE(reply->ends_connection);
}

TEST(LoadReply, NeedsAContentLength) {
  for (const std::string_view length :
       {"", "Content-Length: many\r\n", "Transfer-Encoding: chunked\r\n"}) {
    ReplyReader reader;
    reader.add("HTTP/1.1 200 OK\r\n");
    reader.add(length);
    reader.add("\r\n");

    EXPECT_FALSE(reader.reply());
    EXPECT_EQ(reader.problem(), "a reply came without a Content-Length");
  }
}

TEST(LoadReply, MayHaveALongHeadHoweverItIsCut) {
  std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: ";
  bytes += std::string((64 << 10) - bytes.size(), 'x') + "\r\n\r\n";
  for (std::size_t cut = bytes.size() - 5; cut <= bytes.size(); ++cut) {
    ReplyReader reader;
    reader.add(std::string_view(bytes).substr(0, cut));
    EXPECT_EQ(reader.reply().has_value(), cut == bytes.size());
    reader.add(std::string_view(bytes).substr(cut));
    EXPECT_TRUE(reader.reply()) << cut;
  }
}

TEST(LoadReply, HasAHeadAndABodyThatFit) {
  const auto problem_of = [](std::string_view bytes) {
    ReplyReader reader;
    reader.add(bytes);
    EXPECT_FALSE(reader.reply());
    return std::string(reader.problem());
  };
  const std::string line = "X-Long: " + std::string(64 << 10, 'x');

  EXPECT_EQ(problem_of("HTTP/1.1 200 OK\r\n" + line), "a reply's head is longer than 64 KiB");
  EXPECT_EQ(problem_of("HTTP/1.1 200 OK\r\n" + line + "\r\nContent-Length: 0\r\n\r\n"),
            "a reply's head is longer than 64 KiB");
  for (const std::string_view length : {"16777217", "18446744073709551615"}) {
    EXPECT_EQ(problem_of(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", length)),
              "a reply's body is longer than 16 MiB");
  }
  EXPECT_EQ(problem_of("HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n"), "");
}

TEST(LoadReply, IsNoReplyOfAnotherProtocol) {
  for (const std::string_view head :
       {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n"}) {
    ReplyReader reader;
    reader.add(head);

    EXPECT_FALSE(reader.reply());
    EXPECT_EQ(reader.problem(), "what came is no HTTP/1.1 reply") << head;
  }
}

TEST(LoadReply, HasTheMessagesOfAReceive) {
  ReplyParser parser;
  const auto messages = parser.messages(
      R"({"Messages": [{"ReceiptHandle": "h\/1", "MessageId": "x", "Body": "a\"b"}, {"Body":"c","ReceiptHandle":"h2"}]})");

  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ((*messages)[0].body, "a\"b");
  EXPECT_EQ((*messages)[0].receipt_handle, "h/1");
  EXPECT_EQ((*messages)[1].body, "c");
}

TEST(LoadReply, HasNoMessageWhereThereIsNone) {
  ReplyParser parser;

  EXPECT_THAT(*parser.messages("{}"), IsEmpty());
  EXPECT_THAT(*parser.messages(R"({"Messages":[]})"), IsEmpty());
  EXPECT_FALSE(parser.messages("<html>"));
  EXPECT_FALSE(parser.messages("[]"));
  EXPECT_FALSE(parser.messages(R"({"Messages":[{"Body":"no handle"}]})"));
}

TEST(LoadReply, NamesTheEntriesOfABatchThatFailed) {
  ReplyParser parser;

  EXPECT_THAT(*parser.failed(R"({"Successful":[{"Id":"0"}]})"), IsEmpty());
  EXPECT_THAT(*parser.failed(R"({"Failed":[{"Id":"3","Code":"x"},{"Id":"7"}],"Successful":[]})"),
              ElementsAre(3U, 7U));
  EXPECT_FALSE(parser.failed(R"({"Failed":[{"Id":"three"}]})"));
  EXPECT_FALSE(parser.failed("no"));
}

}  // namespace
}  // namespace mailrail::load
