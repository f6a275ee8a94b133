#include "api/api_call.h"

#include <gtest/gtest.h>

#include "api/errors.h"

namespace mailrail::api {
namespace {

using Order = http::About::Order;

TEST(BilledRequests, AreOneForEach64KiBAndAtLeastOne) {
  EXPECT_EQ(billed_requests(0), 1u);
  EXPECT_EQ(billed_requests(65'536), 1u);
  EXPECT_EQ(billed_requests(65'537), 2u);
  EXPECT_EQ(billed_requests(1 << 20), 16u);
}

TEST(Target, IsTheEndOfAUrlOrArn) {
  EXPECT_EQ(target_of("http://h/000000000000/orders").name, "orders");
  EXPECT_EQ(target_of("orders").name, "orders");
  EXPECT_EQ(target_of("").name, "");
  const Target topic = target_of("arn:aws:sns:us-east-1:000000000000:news.fifo");
  EXPECT_EQ(topic.name, "news.fifo");
  EXPECT_EQ(topic.order, Order::fifo);
}

class AnswerWithAnError : public testing::Test {
 protected:
  http::About about(const ErrorKind& kind, std::string_view action = "SendMessage") const {
    const Envelope envelope{.service = &service, .request_id = "id", .action = action};
    return answer_with(envelope, Error{.kind = &kind, .message = "No."}).about;
  }

  wire::Service service{.name = "sqs"};
};

TEST_F(AnswerWithAnError, TellsWhatItIsAbout) {
  const http::About told = about(errors::missing_required_parameter);

  EXPECT_EQ(told.service, "sqs");
  EXPECT_EQ(told.action, "SendMessage");
  EXPECT_EQ(told.code, "MissingParameter");
  EXPECT_EQ(told.refused_for, "");
  EXPECT_EQ(told.billed, 0u);
}

TEST_F(AnswerWithAnError, TellsTheLimitThatWasMet) {
  EXPECT_EQ(about(errors::disk_is_full).refused_for, "disk");
  EXPECT_EQ(about(errors::memory_is_full).refused_for, "memory");
  EXPECT_EQ(about(errors::calls_are_too_many).refused_for, "calls");
  EXPECT_EQ(about(errors::service_unavailable).refused_for, "");
  EXPECT_EQ(about(errors::request_throttled).refused_for, "rate");
  EXPECT_EQ(about(errors::throttled, "Publish").refused_for, "rate");
  const ErrorKind full{.name = "Throttled", .query_code = "Throttled", .http_status = 429};
  EXPECT_EQ(about(full, "Publish").refused_for, "queue");
  const ErrorKind over_limit{.name = "OverLimit", .query_code = "OverLimit", .http_status = 403};
  EXPECT_EQ(about(over_limit).refused_for, "queue");
  EXPECT_EQ(about(over_limit, "ReceiveMessage").refused_for, "");  // AWS's own, in flight.
}

// It would live as long as the program, and be a series for each name that a client makes up.
TEST_F(AnswerWithAnError, NamesNoActionThatThereIsNot) {
  EXPECT_EQ(about(errors::unknown_operation, "Made").action, "");
  EXPECT_EQ(about(errors::invalid_action, "Up").action, "");
}

}  // namespace
}  // namespace mailrail::api
