#include "client/answer.h"

#include <gtest/gtest.h>

#include "client/errors.h"
#include "wire/example_shapes.h"

namespace mailrail::client {
namespace {

using wire::example::Stamp;

TEST(Answer, IsReadAsJsonOrXml) {
  Stamp json;
  Stamp xml;

  ASSERT_TRUE(read_output(Service::sqs, "Send", {.status = 200, .body = R"({"Kind": "red"})"},
                          target_of(json)));
  ASSERT_TRUE(read_output(
      Service::sns, "Send",
      {.status = 200,
       .body = "<SendResponse><SendResult><Kind>red</Kind></SendResult></SendResponse>"},
      target_of(xml)));

  EXPECT_EQ(json.kind, "red");
  EXPECT_EQ(xml.kind, "red");
}

TEST(Answer, OfNothingHasNoResult) {
  Nothing nothing;

  EXPECT_TRUE(read_output(Service::sns, "Drop", {.status = 200, .body = "<DropResponse/>"},
                          target_of(nothing)));
  const auto other =
      read_output(Service::sns, "Drop", {.status = 200, .body = "<html/>"}, target_of(nothing));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message,
            "The answer to Drop cannot be read: The request has no element DropResponse.");
}

TEST(Refusal, KeepsWhatTheServiceSaid) {
  EXPECT_EQ(read_refusal(Service::sqs, {.status = 400,
                                        .headers = {{"x-amzn-RequestId", "r-1"}},
                                        .body = R"({"__type": "com.amazonaws.sqs#OverLimit",
                                                    "message": "Too many."})"}),
            (Refusal{"OverLimit", "Too many.", "r-1"}));
  EXPECT_EQ(read_refusal(Service::sns,
                         {.status = 404,
                          .body = "<ErrorResponse xmlns=\"u\"><Error><Type>Sender</Type>"
                                  "<Code>NotFound</Code><Message>No topic.</Message></Error>"
                                  "<RequestId>r-2</RequestId></ErrorResponse>"}),
            (Refusal{"NotFound", "No topic.", "r-2"}));
}

TEST(Refusal, IsNoneOfSomebodyElse) {
  for (const char* const body : {"", "<html>404</html>", "{}", "not found"}) {
    EXPECT_EQ(read_refusal(Service::sqs, {.status = 404, .body = body}), std::nullopt) << body;
    EXPECT_EQ(read_refusal(Service::sns, {.status = 404, .body = body}), std::nullopt) << body;
  }
}

TEST(Refusal, IsOfTheKindOfWhoHasToDoSomething) {
  const auto kind = [](int status, const char* code, const char* message = "") {
    return kind_of(status, {.code = code, .message = message}).name;
  };

  EXPECT_EQ(kind(400, "QueueDoesNotExist"), "NotFound");
  EXPECT_EQ(kind(404, "NotFound"), "NotFound");
  EXPECT_EQ(kind(403, "SignatureDoesNotMatch"), "Denied");
  EXPECT_EQ(kind(400, "AccessDenied"), "Denied");
  EXPECT_EQ(kind(403, "OverLimit"), "OverQuota");
  EXPECT_EQ(kind(400, "RequestThrottled"), "OverQuota");
  EXPECT_EQ(kind(503, "ServiceUnavailable", "The disk limit of this server is reached: x"),
            "OverQuota");
  EXPECT_EQ(kind(503, "ServiceUnavailable", "No database."), "Unreachable");
  EXPECT_EQ(kind(500, "InternalError"), "Unreachable");
  EXPECT_EQ(kind(400, "InvalidParameterValue"), "Refused");
}

TEST(Answer, SaysWhenToAskAgain) {
  EXPECT_EQ(retry_after({.headers = {{"Retry-After", "2"}}}), 2s);
  EXPECT_EQ(retry_after({.headers = {{"retry-after", "soon"}}}), std::nullopt);
  EXPECT_EQ(retry_after({}), std::nullopt);
}

}  // namespace
}  // namespace mailrail::client
