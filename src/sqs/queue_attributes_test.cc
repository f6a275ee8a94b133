#include "sqs/queue_attributes.h"

#include <gtest/gtest.h>

#include "sqs/errors.h"

namespace mailrail::sqs {
namespace {

using engine::QueueAttributes;

const AttributeMap standard_defaults{{"DelaySeconds", "0"},
                                     {"MaximumMessageSize", "1048576"},
                                     {"MessageRetentionPeriod", "345600"},
                                     {"ReceiveMessageWaitTimeSeconds", "0"},
                                     {"SqsManagedSseEnabled", "true"},
                                     {"VisibilityTimeout", "30"}};

QueueAttributes created(const AttributeMap& given) {
  return attributes_for_create("q", given).value();
}
QueueAttributes created_fifo(AttributeMap given) {
  given["FifoQueue"] = "true";
  return attributes_for_create("q.fifo", given).value();
}

Error error_of(const Result<QueueAttributes>& result) {
  EXPECT_FALSE(result);
  return result ? Error{} : result.error();
}

Error error_of_create(const AttributeMap& given) {
  return error_of(attributes_for_create("q", given));
}

// What `All` shows after a queue was made with nothing and then set.
AttributeMap after(const AttributeMap& given) {
  return render_attributes(attributes_after_set(created({}), given).value());
}

TEST(QueueAttributes, OfAFreshStandardQueueAreTheDefaults) {
  EXPECT_EQ(render_attributes(created({})), standard_defaults);
}

TEST(QueueAttributes, OfAFreshFifoQueueAreFourMore) {
  AttributeMap expected = standard_defaults;
  expected["FifoQueue"] = "true";
  expected["ContentBasedDeduplication"] = "false";
  expected["DeduplicationScope"] = "queue";
  expected["FifoThroughputLimit"] = "perQueue";

  EXPECT_EQ(render_attributes(created_fifo({})), expected);
}

TEST(QueueAttributes, KeepTheirRanges) {
  struct Range {
    std::string name;
    int min;
    int max;
  };
  for (const Range& range :
       {Range{"DelaySeconds", 0, 900}, Range{"MaximumMessageSize", 1024, 1'048'576},
        Range{"MessageRetentionPeriod", 60, 1'209'600},
        Range{"ReceiveMessageWaitTimeSeconds", 0, 20}, Range{"VisibilityTimeout", 0, 43'200}}) {
    for (const int inside : {range.min, range.max}) {
      EXPECT_EQ(render_attributes(created({{range.name, std::to_string(inside)}})).at(range.name),
                std::to_string(inside));
    }
    for (const std::string& outside : {std::to_string(range.min - 1), std::to_string(range.max + 1),
                                       std::string("x"), std::string(), std::string(" 5")}) {
      EXPECT_EQ(error_of_create({{range.name, outside}}),
                (Error{&errors::invalid_attribute_value,
                       "Invalid value for the parameter " + range.name + "."}))
          << outside;
    }
  }
}

TEST(QueueAttributes, AreTheEnginesInItsTerms) {
  const QueueAttributes attributes =
      created({{"DelaySeconds", "5"}, {"VisibilityTimeout", "0"}, {"MaximumMessageSize", "2048"}});

  EXPECT_EQ(attributes.delay, 5s);
  EXPECT_EQ(attributes.visibility_timeout, 0s);
  EXPECT_EQ(attributes.message_bytes_max, 2048u);
}

TEST(QueueAttributes, UnknownAndReadOnlyOnesAreRefused) {
  for (const std::string name :
       {"Foo", "", "QueueArn", "CreatedTimestamp", "ApproximateNumberOfMessages", "All"}) {
    EXPECT_EQ(error_of_create({{name, "1"}}),
              (Error{&errors::invalid_attribute_name, "Unknown Attribute " + name + "."}));
  }
}

TEST(QueueAttributes, OfFifoQueuesAreRefusedOnStandardOnes) {
  EXPECT_EQ(error_of_create({{"FifoQueue", "false"}}).message, "Unknown Attribute FifoQueue.");
  EXPECT_EQ(error_of_create({{"ContentBasedDeduplication", "true"}}).message,
            "Unknown Attribute ContentBasedDeduplication.");
  for (const std::string name : {"DeduplicationScope", "FifoThroughputLimit"}) {
    EXPECT_EQ(error_of_create({{name, "queue"}}),
              (Error{&errors::invalid_attribute_name,
                     "You can specify the " + name + " only when FifoQueue is set to true."}));
  }
  EXPECT_EQ(error_of(attributes_after_set(created({}), {{"FifoQueue", "true"}})).message,
            "Unknown Attribute FifoQueue.");
}

TEST(QueueAttributes, FifoQueueAndNameBelongTogether) {
  EXPECT_EQ(error_of(attributes_for_create("q.fifo", {})).kind, &errors::invalid_parameter_value);
  EXPECT_EQ(error_of(attributes_for_create("q.fifo", {{"FifoQueue", "false"}})).kind,
            &errors::invalid_parameter_value);
  EXPECT_EQ(error_of_create({{"FifoQueue", "true"}}).kind, &errors::invalid_parameter_value);
}

TEST(QueueAttributes, FifoQueueNeverChanges) {
  const QueueAttributes fifo = created_fifo({});

  EXPECT_EQ(attributes_after_set(fifo, {{"FifoQueue", "True"}}), fifo);
  EXPECT_EQ(error_of(attributes_after_set(fifo, {{"FifoQueue", "false"}})),
            (Error{&errors::invalid_attribute_value,
                   "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not "
                   "supported."}));
}

TEST(QueueAttributes, BooleansAreReadInAnyCaseAndShownInLowerCase) {
  EXPECT_EQ(render_attributes(created_fifo({{"ContentBasedDeduplication", "True"}}))
                .at("ContentBasedDeduplication"),
            "true");
  EXPECT_EQ(after({{"SqsManagedSseEnabled", "FALSE"}}).at("SqsManagedSseEnabled"), "false");
  EXPECT_EQ(error_of_create({{"SqsManagedSseEnabled", "1"}}).message,
            "Invalid value for the parameter SqsManagedSseEnabled.");
}

TEST(QueueAttributes, ThroughputPerGroupNeedsDeduplicationPerGroup) {
  EXPECT_EQ(created_fifo({{"DeduplicationScope", "messageGroup"}}).deduplication_scope,
            engine::DeduplicationScope::message_group);
  const QueueAttributes fast = created_fifo(
      {{"DeduplicationScope", "messageGroup"}, {"FifoThroughputLimit", "perMessageGroupId"}});
  EXPECT_EQ(fast.fifo_throughput_limit, engine::FifoThroughputLimit::per_message_group_id);

  EXPECT_FALSE(
      check_throughput_limit(created_fifo({{"FifoThroughputLimit", "perMessageGroupId"}})));
  EXPECT_TRUE(check_throughput_limit(fast));
  EXPECT_FALSE(attributes_after_set(fast, {{"DeduplicationScope", "queue"}}));
  EXPECT_FALSE(attributes_after_set(fast, {{"DeduplicationScope", "messagegroup"}}));
  EXPECT_FALSE(attributes_after_set(fast, {{"FifoThroughputLimit", "x"}}));
}

TEST(QueueAttributes, AreSetTogetherOrNotAtAll) {
  EXPECT_FALSE(
      attributes_after_set(created({}), {{"DelaySeconds", "5"}, {"VisibilityTimeout", "x"}}));
}

TEST(QueueAttributes, AKeyTurnsTheServicesEncryptionOff) {
  const AttributeMap shown = after({{"KmsMasterKeyId", "testKeyId"}});

  EXPECT_EQ(shown.at("KmsMasterKeyId"), "testKeyId");
  EXPECT_EQ(shown.at("KmsDataKeyReusePeriodSeconds"), "300");
  EXPECT_EQ(shown.at("SqsManagedSseEnabled"), "false");
}

TEST(QueueAttributes, AnEmptyKeyTurnsEncryptionByKeyOffAndTheServicesNotOn) {
  const QueueAttributes with_key =
      created({{"KmsMasterKeyId", "testKeyId"}, {"KmsDataKeyReusePeriodSeconds", "60"}});
  EXPECT_EQ(render_attributes(with_key).at("KmsDataKeyReusePeriodSeconds"), "60");

  const AttributeMap shown =
      render_attributes(attributes_after_set(with_key, {{"KmsMasterKeyId", ""},
                                                        {"KmsDataKeyReusePeriodSeconds", "300"}})
                            .value());

  EXPECT_FALSE(shown.contains("KmsMasterKeyId"));
  EXPECT_FALSE(shown.contains("KmsDataKeyReusePeriodSeconds"));
  EXPECT_EQ(shown.at("SqsManagedSseEnabled"), "false");
}

TEST(QueueAttributes, TheServicesEncryptionTurnsTheKeyOff) {
  const QueueAttributes with_key = created({{"KmsMasterKeyId", "testKeyId"}});

  EXPECT_EQ(
      render_attributes(attributes_after_set(with_key, {{"SqsManagedSseEnabled", "true"}}).value()),
      standard_defaults);
}

TEST(QueueAttributes, OneRequestCannotTurnBothOn) {
  EXPECT_EQ(error_of_create({{"KmsMasterKeyId", "k"}, {"SqsManagedSseEnabled", "true"}}),
            (Error{&errors::invalid_attribute_name,
                   "You can use one type of server-side encryption (SSE) at one time. You can "
                   "either enable KMS SSE or "
                   "SQS SSE."}));
  EXPECT_TRUE(
      attributes_for_create("q", {{"KmsMasterKeyId", "k"}, {"SqsManagedSseEnabled", "false"}}));
}

TEST(QueueAttributes, APolicyIsKeptAsItWasSentAndAnEmptyOneDeletesIt) {
  const std::string policy = R"({ "Version" : "2012-10-17" })";
  const QueueAttributes with_policy = created({{"Policy", policy}});
  EXPECT_EQ(render_attributes(with_policy).at("Policy"), policy);

  EXPECT_EQ(attributes_after_set(with_policy, {{"Policy", ""}}), created({}));
  EXPECT_EQ(error_of_create({{"Policy", "x"}}).message, "Invalid value for the parameter Policy.");
  EXPECT_FALSE(
      attributes_for_create("q", {{"Policy", "{\"Id\":\"" + std::string(8192, 'x') + "\"}"}}));
}

TEST(QueueAttributes, ARedrivePolicyIsKeptAsItWasSentAndAnEmptyOneDeletesIt) {
  const std::string policy =
      R"({"deadLetterTargetArn" : "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount":"3"})";
  const QueueAttributes with_policy = created({{"RedrivePolicy", policy}});
  EXPECT_EQ(render_attributes(with_policy).at("RedrivePolicy"), policy);
  EXPECT_EQ(with_policy.dead_letter->receive_count_max, 3u);
  EXPECT_EQ(with_policy.dead_letter->target.name, "dead");

  EXPECT_EQ(attributes_after_set(with_policy, {{"RedrivePolicy", ""}}), created({}));
}

TEST(QueueAttributes, ARedriveAllowPolicyIsKeptAsItWasSent) {
  const std::string policy = R"({"redrivePermission" : "denyAll"})";

  EXPECT_EQ(after({{"RedriveAllowPolicy", policy}}).at("RedriveAllowPolicy"), policy);
  EXPECT_FALSE(attributes_for_create("q", {{"RedriveAllowPolicy", "{}"}}));
}

TEST(FirstDifference, ComparesWhatWasGivenWithWhatIsInForce) {
  const QueueAttributes current =
      attributes_after_set(created({{"DelaySeconds", "5"}}), {{"VisibilityTimeout", "7"}}).value();
  const auto difference = [&](const AttributeMap& given) {
    return first_difference(current, given).value();
  };

  EXPECT_EQ(difference({}), std::nullopt);
  EXPECT_EQ(difference({{"DelaySeconds", "05"}, {"MaximumMessageSize", "1048576"}}), std::nullopt);
  EXPECT_EQ(difference({{"SqsManagedSseEnabled", "True"}, {"Policy", ""}}), std::nullopt);
  EXPECT_EQ(difference({{"DelaySeconds", "5"}, {"VisibilityTimeout", "30"}}), "VisibilityTimeout");
  EXPECT_EQ(difference({{"KmsMasterKeyId", "k"}}), "KmsMasterKeyId");
  EXPECT_EQ(difference({{"KmsDataKeyReusePeriodSeconds", "300"}}), std::nullopt);
  EXPECT_EQ(difference({{"KmsDataKeyReusePeriodSeconds", "301"}}), "KmsDataKeyReusePeriodSeconds");
}

TEST(FirstDifference, ComparesARedrivePolicyByWhatItSays) {
  const QueueAttributes current = created(
      {{"RedrivePolicy",
        R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:d","maxReceiveCount":2})"}});
  const auto difference = [&](const std::string& policy) {
    const AttributeMap given{{"RedrivePolicy", policy}};
    return first_difference(current, given).value();
  };

  EXPECT_EQ(difference(R"({"maxReceiveCount": "2",
                           "deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:d"})"),
            std::nullopt);
  EXPECT_EQ(difference(R"({"maxReceiveCount": 3,
                           "deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:d"})"),
            "RedrivePolicy");
  EXPECT_EQ(difference(""), "RedrivePolicy");
}

TEST(QueueAttributeNames, AreKnownOnesOrAll) {
  EXPECT_TRUE(check_queue_attribute_names(
      std::vector<std::string>{"All", "QueueArn", "FifoQueue", "Policy"}));
  EXPECT_EQ(check_queue_attribute_names(std::vector<std::string>{"QueueArn", "Foo"}).error(),
            (Error{&errors::invalid_attribute_name, "Unknown Attribute Foo."}));
}

TEST(SelectAttributes, LeavesOutWhatIsNotSet) {
  const AttributeMap rendered = render_attributes(created({}));

  EXPECT_EQ(select_attributes(rendered, std::vector<std::string>{"Policy", "DelaySeconds"}),
            (AttributeMap{{"DelaySeconds", "0"}}));
  EXPECT_EQ(select_attributes(rendered, std::vector<std::string>{"DelaySeconds", "All"}), rendered);
  EXPECT_TRUE(select_attributes(rendered, {}).empty());
}

}  // namespace
}  // namespace mailrail::sqs
