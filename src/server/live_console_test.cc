// What a page of the console gets from a whole server.

#include "server/live_console.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/key.h"
#include "auth/rights.h"
#include "base/random.h"
#include "http/test_client.h"
#include "server/server.h"

namespace mailrail::server {
namespace {

using http::testing::Client;
using http::testing::Reply;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A stream, event by event.
class Page {
 public:
  Page(std::uint16_t port, const std::string& target, const std::string& headers = {})
      : client_(port) {
    client_.send("GET " + target + " HTTP/1.1\r\nHost: h\r\nX-Mailrail-Console: 1\r\n" + headers +
                 "\r\n");
    head_ = client_.read_reply(http::testing::Body::none);
  }

  const Reply& head() const { return head_; }

  // The next event of that name, with its lines; others are passed over.
  std::string next(std::string_view name) {
    const std::string begin = "event: " + std::string(name) + "\n";
    while (true) {
      std::string text;
      while (!text.ends_with("\n\n")) {
        const std::string byte = client_.read_bytes(1);
        if (byte.empty()) return {};
        text += byte;
      }
      if (text.starts_with(begin)) return text;
    }
  }

  // The first of that name in which this stands.
  std::string next_with(std::string_view name, std::string_view what) {
    std::string text = next(name);
    while (!text.empty() && text.find(what) == std::string::npos) text = next(name);
    return text;
  }

  std::string rest() { return client_.read_until_end(); }

 private:
  Client client_;
  Reply head_;
};

std::string id_of(const std::string& event) {
  const std::size_t begin = event.find("\nid: ") + 5;
  return event.substr(begin, event.find('\n', begin) - begin);
}

class LiveConsoleTest : public ::testing::Test {
 protected:
  LiveConsoleTest() {
    directory_ = std::filesystem::temp_directory_path() / "mailrail-console-test-XXXXXX";
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
  }
  ~LiveConsoleTest() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  void start(Options options = {}) {
    options.port = 0;
    options.data = directory_;
    auto opened = Server::open(options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    server_ = *std::move(opened);
  }

  Reply call(const std::string& target, const std::string& input, const std::string& headers = {}) {
    Client client(server_->port());
    client.send(http::testing::post(input, "X-Amz-Target: " + target + "\r\n" + headers));
    return client.read_reply();
  }
  Reply get(const std::string& target, const std::string& headers = {}) {
    Client client(server_->port());
    client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
    return client.read_reply();
  }
  void create(const std::string& queue) {
    const bool is_fifo = queue.ends_with(".fifo");
    ASSERT_EQ(call("AmazonSQS.CreateQueue",
                   "{\"QueueName\": \"" + queue + "\"" +
                       (is_fifo ? R"(, "Attributes": {"FifoQueue": "true"}})" : "}"))
                  .status,
              200);
  }
  void send(const std::string& queue) {
    ASSERT_EQ(
        call("AmazonSQS.SendMessage", R"({"QueueUrl": ")" + queue + R"(", "MessageBody": "hi"})")
            .status,
        200);
  }
  Page open(const std::string& topics, const std::string& headers = {}) {
    return {server_->port(), "/_mailrail/stream?topics=" + topics, headers};
  }

  std::string directory_;
  std::unique_ptr<Server> server_;
};

constexpr std::string_view console_header = "X-Mailrail-Console: 1\r\n";

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

// With keys: one that may do everything, and one that looks at the queues named a*.
class KeyedConsoleTest : public LiveConsoleTest {
 protected:
  KeyedConsoleTest() { viewer_.key = with_queues(viewer_.key, "a*"); }

  static auth::Key with_queues(auth::Key key, std::string pattern) {
    auth::Grant grant = *key.grant;
    grant.queues = {std::move(pattern)};
    key.grant = std::make_shared<const auth::Grant>(std::move(grant));
    return key;
  }

  auth::NewKey new_key(std::string name, auth::Role role, std::string account = "000000000000") {
    return auth::make_key({.name = std::move(name), .roles = {role}}, std::move(account),
                          auth::Lifetime::unlimited, random_);
  }

  void start_keyed(console::Options console = {}) {
    start({.given_keys = {admin_.key, viewer_.key, stranger_.key}, .console = std::move(console)});
  }

  // The headers by which a page asks from then on.
  std::string log_in(const auth::NewKey& key) {
    Client client(server_->port());
    const std::string body = R"({"AccessKeyId": ")" + key.credentials.key_id +
                             R"(", "SecretAccessKey": ")" + key.credentials.secret + "\"}";
    client.send(
        "POST /_mailrail/session HTTP/1.1\r\nHost: h\r\nX-Mailrail-Console: 1\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    const Reply reply = client.read_reply(http::testing::Body::none);
    EXPECT_EQ(reply.status, 204);
    const std::size_t begin = reply.head.find("Set-Cookie: ") + 12;
    return std::string(console_header) +
           "Cookie: " + reply.head.substr(begin, reply.head.find(';', begin) - begin) + "\r\n";
  }

  SystemRandom random_;
  auth::NewKey admin_ = new_key("ann", auth::Role::admin);
  auth::NewKey viewer_ = new_key("bob", auth::Role::view);
  auth::NewKey stranger_ = new_key("eve", auth::Role::admin, "111111111111");
};

TEST_F(KeyedConsoleTest, LetsASessionDoWhatItsKeyMay) {
  start_keyed();
  const std::string ann = log_in(admin_);
  const std::string bob = log_in(viewer_);

  EXPECT_EQ(call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", ann).status, 200);
  EXPECT_EQ(call("AmazonSQS.CreateQueue", R"({"QueueName": "b1"})", ann).status, 200);
  EXPECT_THAT(call("Mailrail.DescribeQueues", "{}", bob).body,
              AllOf(HasSubstr(R"("a1")"), Not(HasSubstr(R"("b1")"))));
  EXPECT_THAT(call("AmazonSQS.PurgeQueue", R"({"QueueUrl": "a1"})", bob).body,
              HasSubstr("AccessDenied"));
  EXPECT_EQ(call("Mailrail.DescribeQueues", "{}", std::string(console_header)).status, 403);
}

// What every action takes, of all of them: each reads what is its own.
constexpr std::string_view input_of_queues =
    R"({"QueueUrl": "a1", "QueueName": "a1", "MessageBody": "m", "ReceiptHandle": "h",)"
    R"( "VisibilityTimeout": 0, "Label": "l", "AWSAccountIds": ["111111111111"],)"
    R"( "Actions": ["SendMessage"], "MessageGroupId": "g", "HeadAction": "delete", "TaskHandle": "t",)"
    R"( "SourceArn": "arn:aws:sqs:us-east-1:000000000000:a1", "Tags": {"a": "b"}, "TagKeys": ["a"],)"
    R"( "Attributes": {}, "MessageIds": ["m"],)"
    R"( "Entries": [{"Id": "1", "MessageBody": "m", "ReceiptHandle": "h"}]})";
constexpr std::string_view input_of_topics =
    "TopicArn=arn:aws:sns:us-east-1:000000000000:t&ResourceArn=arn:aws:sns:us-east-1:000000000000:t"
    "&SubscriptionArn=arn:aws:sns:us-east-1:000000000000:t:00000000-0000-0000-0000-000000000000"
    "&Name=t&Message=m&Protocol=sqs&Endpoint=arn:aws:sqs:us-east-1:000000000000:a1&Label=l"
    "&ActionName.member.1=Publish&AWSAccountId.member.1=111111111111&AttributeName=DisplayName"
    "&DataProtectionPolicy={}&Version=2010-03-31&Action=";

TEST_F(KeyedConsoleTest, ChangesNothingForWhoMayLook) {
  viewer_ = new_key("bob", auth::Role::view);
  start_keyed();
  const std::string bob = log_in(viewer_);
  const std::string form = bob + "Content-Type: application/x-www-form-urlencoded\r\n";
  call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", log_in(admin_));

  std::size_t asked = 0;
  for (const auth::Right& each : auth::rights()) {
    if (each.roles.has(auth::Role::view) || each.traits.has(auth::Trait::is_open)) continue;
    Client client(server_->port());
    if (each.service == "sns") {
      client.send(
          http::testing::post(std::string(input_of_topics) + std::string(each.action), form));
    } else {
      const std::string service = each.service == "sqs" ? "AmazonSQS." : "Mailrail.";
      client.send(http::testing::post(
          std::string(input_of_queues),
          "X-Amz-Target: " + service + std::string(each.action) + "\r\n" + bob));
    }
    EXPECT_THAT(client.read_reply().body,
                AnyOf(HasSubstr("AccessDenied"), HasSubstr("AuthorizationError")))
        << auth::policy_name(each);
    ++asked;
  }

  EXPECT_GT(asked, 50u);
}

TEST_F(KeyedConsoleTest, SpeaksToTopicsByQuery) {
  start_keyed();
  Client client(server_->port());
  client.send(
      http::testing::post("Action=CreateTopic&Name=t&Version=2010-03-31",
                          "Content-Type: application/x-www-form-urlencoded\r\n" + log_in(admin_)));

  EXPECT_THAT(client.read_reply().body, HasSubstr("arn:aws:sns:us-east-1:000000000000:t"));
}

TEST_F(KeyedConsoleTest, ShowsEachKeyItsOwn) {
  start_keyed();
  const std::string ann = log_in(admin_);
  call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", ann);
  call("AmazonSQS.CreateQueue", R"({"QueueName": "b1"})", ann);
  const std::string cookie = log_in(viewer_).substr(console_header.size());

  Page page = open("queues,server,history:b1,history:a1,consumers:b1,consumers:a1", cookie);

  EXPECT_THAT(page.next("queues"), AllOf(HasSubstr(R"("a1")"), Not(HasSubstr(R"("b1")"))));
  EXPECT_THAT(page.next_with("refused", R"("Topic":"server")"), HasSubstr("not authorized"));
  EXPECT_THAT(page.next_with("refused", R"("Topic":"consumers:b1")"), HasSubstr("may see"));
  EXPECT_THAT(page.next("consumers"), HasSubstr(R"("QueueName":"a1")"));
  EXPECT_EQ(open("queues").head().status, 403);
}

TEST_F(KeyedConsoleTest, TellsAnotherAccountNothingOfAll) {
  start_keyed();
  const std::string cookie = log_in(stranger_).substr(console_header.size());

  Page page = open("queues,activity,history:", cookie);

  EXPECT_THAT(page.next_with("refused", R"("Topic":"activity")"), HasSubstr("not authorized"));
  Page other = open("queues,activity,history:", cookie);
  EXPECT_THAT(other.next_with("refused", R"("Topic":"history:")"), HasSubstr("not authorized"));
}

// A queue of that name is another one in each account.
TEST_F(KeyedConsoleTest, TellsEachAccountWhoReceivesFromItsOwnQueues) {
  start_keyed();
  const std::string ann = log_in(admin_);
  const std::string eve = log_in(stranger_);
  for (const std::string& each : {ann, eve})
    ASSERT_EQ(call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", each).status, 200);
  call("AmazonSQS.ReceiveMessage", R"({"QueueUrl": "a1"})", ann + "User-Agent: Firefox\r\n");

  Page own = open("consumers:a1", ann.substr(console_header.size()));
  Page strangers = open("consumers:a1", eve.substr(console_header.size()));

  EXPECT_THAT(own.next("consumers"),
              AllOf(HasSubstr(R"("UserAgent":"Firefox")"),
                    HasSubstr(R"("KeyId":")" + admin_.credentials.key_id + "\"")));
  EXPECT_THAT(strangers.next("consumers"), HasSubstr(R"("Consumers":[])"));
}

TEST_F(KeyedConsoleTest, EndsAStreamWithItsSession) {
  start_keyed();
  const std::string headers = log_in(admin_);
  Page page = open("server", headers.substr(console_header.size()));
  page.next("server");

  Client client(server_->port());
  client.send("DELETE /_mailrail/session HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
  EXPECT_EQ(client.read_reply(http::testing::Body::none).status, 204);

  page.rest();  // Until the server has closed.
  EXPECT_EQ(call("Mailrail.DescribeServer", "{}", headers).status, 403);
}

TEST_F(KeyedConsoleTest, LeavesStreamsForOtherKeys) {
  start_keyed();
  const std::string anns = log_in(admin_).substr(console_header.size());
  const std::string bobs = log_in(viewer_).substr(console_header.size());
  std::vector<std::unique_ptr<Page>> pages;
  for (std::size_t i = 0; i < LiveConsole::streams_of_key_max; ++i)
    pages.push_back(std::make_unique<Page>(open("queues", anns)));

  const Reply refused = get("/_mailrail/stream?topics=queues", std::string(console_header) + anns);
  Page bobs_page = open("queues", bobs);

  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("20 pages are open with this key, the most that one may "));
  EXPECT_NE(bobs_page.next("queues"), "");
}

TEST_F(KeyedConsoleTest, ChangesNothingWhereItIsReadOnly) {
  start_keyed({.extent = auth::Extent::looking});
  const std::string ann = log_in(admin_);

  EXPECT_THAT(call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", ann).body,
              HasSubstr("read-only"));
  EXPECT_EQ(call("Mailrail.DescribeServer", "{}", ann).status, 200);
}

}  // namespace
}  // namespace mailrail::server
