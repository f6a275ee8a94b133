#include "sns/notification.h"

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

const Publication publication{.region = "us-east-1",
                              .account = "000000000000",
                              .topic = "news.fifo",
                              .endpoint = "http://localhost:9324",
                              .trace_header = "",
                              .subject = "",
                              .attributes = {},
                              .texts_by_protocol = {{engine::Protocol::https, "web\n"}},
                              .text = "hi"};

const NotificationIds ids{.message = "m",
                          .sequence_number = "00000000000000000007",
                          .subscription = "s",
                          .published = from_unix_ms(1'335'390'565'007)};

TEST(Notification, IsSpacedAndOrderedAsAwsDoes) {
  EXPECT_EQ(enveloped(publication, engine::Protocol::sqs, ids),
            R"({
  "Type" : "Notification",
  "MessageId" : "m",
  "SequenceNumber" : "00000000000000000007",
  "TopicArn" : "arn:aws:sns:us-east-1:000000000000:news.fifo",
  "Message" : "hi",
  "Timestamp" : "2012-04-25T21:49:25.007Z",
  "UnsubscribeURL" : "http://localhost:9324/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:000000000000:news.fifo:s"
})");
}

TEST(Notification, HasTheTextOfItsProtocol) {
  EXPECT_TRUE(enveloped(publication, engine::Protocol::https, ids)
                  .contains("\n  \"Message\" : \"web\\n\",\n"));
}

// The queue's limit is compared with a size that is known before the ids are.
TEST(Notification, HasOneSizeWhateverItsIds) {
  const engine::Identity identity({'s', 'e', 'c', 'r', 'e', 't'});
  const auto size = [&](const engine::Share& share, Instant at) {
    return enveloped(publication, engine::Protocol::sqs,
                     ids_of(identity, {.at = at}, share, publication))
        .size();
  };

  EXPECT_EQ(size({}, Instant()), size({.topic = TopicId(70'000),
                                       .publication = Seq(1ull << 47),
                                       .subscription = SubscriptionId(4'000'000'000)},
                                      from_unix_ms(4'102'444'800'999)));
}

}  // namespace
}  // namespace mailrail::sns
