#include "sqs/redrive_policy.h"

#include <gtest/gtest.h>

#include "sqs/errors.h"

namespace mailrail::sqs {
namespace {

const std::string arn = "arn:aws:sqs:us-east-1:000000000000:dead";

std::string policy(std::string_view target, std::string_view count) {
  return "{\"deadLetterTargetArn\":\"" + std::string(target) +
         "\",\"maxReceiveCount\":" + std::string(count) + "}";
}

std::string reason_of(const std::string& text) {
  const Result<engine::DeadLetter> parsed = parse_redrive_policy(text, QueueType::standard);
  EXPECT_FALSE(parsed) << text;
  if (parsed) return "";
  EXPECT_EQ(parsed.error().kind, &errors::invalid_parameter_value);
  const std::string prefix = "Value " + text + " for parameter RedrivePolicy is invalid. Reason: ";
  EXPECT_TRUE(parsed.error().message.starts_with(prefix)) << parsed.error().message;
  return parsed.error().message.substr(prefix.size());
}

TEST(RedrivePolicy, NamesATargetAndACount) {
  const engine::DeadLetter expected{
      .target = {.region = "us-east-1", .account = "000000000000", .name = "dead"},
      .receive_count_max = 42};

  EXPECT_EQ(parse_redrive_policy(policy(arn, "42"), QueueType::standard), expected);
  EXPECT_EQ(parse_redrive_policy(policy(arn, "\"42\""), QueueType::standard), expected);
}

TEST(RedrivePolicy, CountsFromOneToAThousand) {
  EXPECT_TRUE(parse_redrive_policy(policy(arn, "1"), QueueType::standard));
  EXPECT_TRUE(parse_redrive_policy(policy(arn, "1000"), QueueType::standard));
  for (const std::string count : {"0", "1001", "-1", "1.5", "true", "null"}) {
    EXPECT_EQ(reason_of(policy(arn, count)),
              "Invalid value for maxReceiveCount: " + count +
                  ", valid values are from 1 to 1000 both inclusive.");
  }
  EXPECT_EQ(
      reason_of(policy(arn, "\"x\"")),
      "Invalid value for maxReceiveCount: x, valid values are from 1 to 1000 both inclusive.");
}

TEST(RedrivePolicy, NeedsBothKeys) {
  EXPECT_EQ(reason_of(R"({"maxReceiveCount":1})"),
            "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.");
  EXPECT_EQ(reason_of("{\"deadLetterTargetArn\":\"" + arn + "\"}"),
            "Redrive policy does not contain mandatory attribute: maxReceiveCount.");
}

TEST(RedrivePolicy, IsJsonAndNamesAQueue) {
  EXPECT_EQ(reason_of("[]"), "Redrive policy is not a valid JSON map.");
  EXPECT_EQ(reason_of("{"), "Redrive policy is not a valid JSON map.");
  EXPECT_EQ(reason_of(policy("dead", "1")), "Invalid value for deadLetterTargetArn.");
  EXPECT_EQ(reason_of(R"({"deadLetterTargetArn":5,"maxReceiveCount":1})"),
            "Invalid value for deadLetterTargetArn.");
}

TEST(RedrivePolicy, StaysWithinOneTypeOfQueue) {
  EXPECT_EQ(reason_of(policy(arn + ".fifo", "1")),
            "Dead-letter queue must be same type of queue as the source.");
  EXPECT_TRUE(parse_redrive_policy(policy(arn + ".fifo", "1"), QueueType::fifo));
  EXPECT_FALSE(parse_redrive_policy(policy(arn, "1"), QueueType::fifo));
}

TEST(RedriveAllowPolicy, SaysWhoMayComeIn) {
  const std::string by_queue =
      R"({"redrivePermission":"byQueue","sourceQueueArns":[")" + arn + R"("]})";

  EXPECT_TRUE(check_redrive_allow_policy(by_queue));
  EXPECT_TRUE(allows_redrive(by_queue, arn));
  EXPECT_FALSE(allows_redrive(by_queue, arn + "2"));
  EXPECT_TRUE(allows_redrive("", arn));
  EXPECT_TRUE(allows_redrive(R"({"redrivePermission":"allowAll"})", arn));
  EXPECT_FALSE(allows_redrive(R"({"redrivePermission":"denyAll"})", arn));
}

TEST(RedriveAllowPolicy, ListsSourcesByQueueOnly) {
  std::string many = R"({"redrivePermission":"byQueue","sourceQueueArns":[)";
  for (int i = 0; i < 11; ++i) many += (i == 0 ? "\"" : ",\"") + arn + "\"";

  for (const std::string& text :
       {std::string("x"), std::string("{}"), std::string(R"({"redrivePermission":"some"})"),
        std::string(R"({"redrivePermission":"byQueue"})"),
        std::string(R"({"redrivePermission":"byQueue","sourceQueueArns":[]})"),
        std::string(R"({"redrivePermission":"byQueue","sourceQueueArns":["q"]})"),
        std::string(R"({"redrivePermission":"allowAll","sourceQueueArns":["arn"]})"),
        many + "]}"}) {
    EXPECT_FALSE(check_redrive_allow_policy(text)) << text;
  }
}

}  // namespace
}  // namespace mailrail::sqs
