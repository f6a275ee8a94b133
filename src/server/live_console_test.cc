// What a page of the console gets from a whole server.

#include "server/live_console.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/live_console_testing.h"

namespace mailrail::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(LiveConsoleTest, TellsAllQueuesAndThenWhatChanges) {
  start();
  create("a");
  create("b");
  Page page = open("queues");
  EXPECT_TRUE(page.head().has("Content-Type: text/event-stream"));

  const std::string first = page.next("queues");
  send("b");
  const std::string second = page.next("queues");
  call("AmazonSQS.DeleteQueue", R"({"QueueUrl": "a"})");
  const std::string third = page.next_with("queues", R"("Gone":["a"])");

  EXPECT_THAT(first, AllOf(HasSubstr(R"("QueueName":"a")"), HasSubstr(R"("QueueName":"b")"),
                           HasSubstr(R"("QueueUrl":"http://h/000000000000/a")"),
                           HasSubstr(R"("Whole":true)")));
  EXPECT_THAT(second, AllOf(Not(HasSubstr(R"("QueueName":"a")")),
                            HasSubstr(R"("ApproximateNumberOfMessages":1)"),
                            HasSubstr(R"("Whole":false)")));
  EXPECT_THAT(third, HasSubstr(R"("Queues":[])"));
}

TEST_F(LiveConsoleTest, DescribesTheServerAndConversations) {
  start();
  create("q.fifo");
  call("AmazonSQS.SendMessage",
       R"({"QueueUrl": "q.fifo", "MessageBody": "hi", "MessageGroupId": "ann",)"
       R"( "MessageDeduplicationId": "1"})");
  Page page = open("server,conversations:q.fifo,topics");

  EXPECT_THAT(page.next("conversations"),
              AllOf(HasSubstr(R"({"QueueName":"q.fifo","Conversations":[)"),
                    HasSubstr(R"("MessageGroupId":"ann")")));
  EXPECT_THAT(page.next("topics"), HasSubstr(R"({"Topics":[],"Subscriptions":[]})"));
  EXPECT_THAT(page.next("server"), HasSubstr(R"("Queues":1)"));
}

TEST_F(LiveConsoleTest, TailsWhatHappensAndGoesOnWithoutAGap) {
  start();
  create("q");
  std::string id;
  {
    Page page = open("tail:q");
    id = id_of(page.next("tail"));
  }
  send("q");  // While no page is open.
  Page page(server_->port(), "/_mailrail/stream?topics=tail%3Aq&after=" + id);
  Page other(server_->port(), "/_mailrail/stream?topics=tail:q", "Last-Event-ID: " + id + "\r\n");
  Page stranger(server_->port(), "/_mailrail/stream?topics=tail:q&after=0-0");

  for (Page* each : {&page, &other})
    EXPECT_THAT(each->next_with("tail", R"("Kind")"),
                AllOf(HasSubstr(R"("QueueName":"q","Events":[{"Kind":"sent")"),
                      HasSubstr("\"Dropped\":0}")));
  EXPECT_NE(stranger.next("tail"), "");  // An id of another start counts for nothing.
}

TEST_F(LiveConsoleTest, TellsFiftyEventsASecondAndCountsTheOthers) {
  start();
  create("q");
  Page page = open("tail:");
  page.next("tail");

  for (int i = 0; i < 40; ++i) {
    std::string entries;
    for (int entry = 0; entry < 10; ++entry)
      entries += std::string(entry > 0 ? "," : "") + R"({"Id": ")" + std::to_string(entry) +
                 R"(", "MessageBody": "m"})";
    call("AmazonSQS.SendMessageBatch", R"({"QueueUrl": "q", "Entries": [)" + entries + "]}");
  }
  std::size_t told = 0;
  std::size_t dropped = 0;
  while (told + dropped < 400) {
    const std::string event = page.next("tail");
    ASSERT_NE(event, "");
    std::size_t of_event = 0;
    for (std::size_t at = 0; (at = event.find(R"("Kind")", at)) != std::string::npos; ++at)
      ++of_event;
    EXPECT_LE(of_event, 50u);
    told += of_event;
    dropped += std::stoul(event.substr(event.find(R"("Dropped":)") + 10));
  }

  EXPECT_EQ(told + dropped, 400u);
}

TEST_F(LiveConsoleTest, TellsHowAQueueHasBeen) {
  start();
  create("q");
  send("q");
  Page page = open("history:q,history:");

  EXPECT_THAT(page.next_with("history", R"("QueueName":"q")"), HasSubstr(R"("Step":1)"));
  const Reply reply = get("/_mailrail/history?queue=q&span=10m", std::string(console_header));
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, AllOf(HasSubstr(R"("Step":)"), HasSubstr(R"("Series":{"Visible":[)")));
  EXPECT_EQ(get("/_mailrail/history?queue=none&span=24h", std::string(console_header)).status, 400);
}

TEST_F(LiveConsoleTest, TellsWhoReceivesFromAQueue) {
  start();
  create("q");
  send("q");
  const std::string agent = "User-Agent: worker/1 \xff" + std::string(300, 'x') + "\r\n";
  const std::string kept = R"("UserAgent":"worker/1 ?)" + std::string(246, 'x') + "\"";
  Page page = open("consumers:q");
  EXPECT_THAT(page.next("consumers"), AllOf(HasSubstr(R"({"QueueName":"q","SinceTimestamp":1)"),
                                            HasSubstr(R"("Consumers":[])")));

  call("AmazonSQS.ReceiveMessage", R"({"QueueUrl": "q", "VisibilityTimeout": 0})", agent);
  call("AmazonSQS.ReceiveMessage", R"({"QueueUrl": "q", "VisibilityTimeout": 1})", agent);
  call("AmazonSQS.ReceiveMessage", R"({"QueueUrl": "q", "VisibilityTimeout": 1})", agent);
  const std::string counted = page.next_with("consumers", R"("Receives":3)");
  const std::string expired = page.next_with("consumers", R"("ExpiredLeases":1)");
  std::string waiting;
  {
    Client client(server_->port());
    client.send(http::testing::post(R"({"QueueUrl": "q", "WaitTimeSeconds": 20})",
                                    "X-Amz-Target: AmazonSQS.ReceiveMessage\r\n"));
    client.read_reply();
    client.send(http::testing::post(R"({"QueueUrl": "q", "WaitTimeSeconds": 20})",
                                    "X-Amz-Target: AmazonSQS.ReceiveMessage\r\n"));
    waiting = page.next_with("consumers", R"("OpenPolls":1)");
  }

  EXPECT_THAT(counted, AllOf(HasSubstr(R"("Address":"127.0.0.1",)" + kept),
                             HasSubstr(R"("EmptyReceives":1,"MessagesReceived":2)"),
                             Not(HasSubstr("KeyId"))));
  EXPECT_THAT(expired, HasSubstr(kept));
  EXPECT_THAT(waiting, HasSubstr(R"("UserAgent":"")"));
  std::string closed = page.next("consumers");
  while (closed.find(R"("OpenPolls":1)") != std::string::npos) closed = page.next("consumers");
  EXPECT_THAT(closed, HasSubstr(R"("UserAgent":"")"));
}

TEST_F(LiveConsoleTest, TellsWhatOperatorsDo) {
  start();
  create("q");
  get("/?Action=CreateTopic&Name=news&Version=2010-03-31");
  Page page = open("activity");
  const std::string before = page.next("activity");
  call("AmazonSQS.PurgeQueue", R"({"QueueUrl": "q"})");

  EXPECT_THAT(before, AllOf(HasSubstr(R"("Whole":true)"), HasSubstr(R"("Kind":"CreateQueue")"),
                            HasSubstr(R"("QueueName":"q")"), HasSubstr(R"("TopicName":"news")")));
  EXPECT_THAT(page.next("activity"),
              AllOf(HasSubstr(R"("Kind":"PurgeQueue")"), HasSubstr(R"("QueueName":"q")"),
                    HasSubstr(R"("Who":"127.0.0.1","What":"done")"), Not(HasSubstr("CreateQueue")),
                    Not(HasSubstr("Whole"))));
}

TEST_F(LiveConsoleTest, RefusesTopicsThatThereAreNot) {
  start();
  Page page = open("conversations:none.fifo,server");

  EXPECT_THAT(page.next("refused"), AllOf(HasSubstr(R"("Topic":"conversations:none.fifo")"),
                                          HasSubstr("does not exist")));
  EXPECT_NE(page.next("server"), "");
  EXPECT_EQ(get("/_mailrail/stream?topics=nonsense", std::string(console_header)).status, 400);
  EXPECT_EQ(get("/_mailrail/stream?topics=server").status, 403);
}

TEST_F(LiveConsoleTest, HasSoManyStreamsAndNoMore) {
  start();
  std::vector<std::unique_ptr<Page>> pages;
  for (std::size_t i = 0; i < LiveConsole::streams_max; ++i)
    pages.push_back(std::make_unique<Page>(open("server")));

  const Reply refused = get("/_mailrail/stream?topics=server", std::string(console_header));

  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("100 pages are open, the most there may be. Close one, "));
}

TEST_F(LiveConsoleTest, RefusesParametersWithWhatWouldBeRight) {
  start();
  const auto refusal = [&](const std::string& target) {
    const Reply reply = get(target, std::string(console_header));
    EXPECT_EQ(reply.status, 400) << target;
    return reply.body;
  };

  EXPECT_THAT(refusal("/_mailrail/stream?topics=server:q"),
              HasSubstr("must be KIND or KIND:QUEUE"));
  EXPECT_THAT(refusal("/_mailrail/stream?topics=tail%3A%00"),
              HasSubstr(R"(Topic \"tail:\u0000\" must be)"));
  EXPECT_THAT(refusal("/_mailrail/stream?topics=tail:%ff"), HasSubstr("topics is not UTF-8."));
  EXPECT_THAT(refusal("/_mailrail/stream?topics=tail:%zz"), HasSubstr("topics has a '%' that"));
  EXPECT_THAT(refusal("/_mailrail/history?span=1y"),
              HasSubstr(R"(span is \"1y\". It must be 10m or 24h.)"));
  EXPECT_THAT(refusal("/_mailrail/history?queue=..%2f%00"),
              HasSubstr(R"(There is no queue ../\u0000 that)"));
  EXPECT_THAT(refusal("/_mailrail/history?queue=%ff"), HasSubstr("queue is not UTF-8."));
}

TEST_F(LiveConsoleTest, EndsStreamsWhenTheServerStops) {
  start();
  Page page = open("server");
  page.next("server");

  server_->begin_stop();
  EXPECT_TRUE(server_->is_drained(std::chrono::seconds(10)));
  EXPECT_TRUE(server_->finish_stop().has_value());

  page.rest();
}

}  // namespace
}  // namespace mailrail::server
