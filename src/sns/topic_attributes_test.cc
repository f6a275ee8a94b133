#include "sns/topic_attributes.h"

#include <gtest/gtest.h>

#include "sns/errors.h"

namespace mailrail::sns {
namespace {

std::string told(const auto& result) { return result ? "none" : result.error().message; }

std::string told_of_create(std::string_view name, const AttributeMap& given) {
  return told(attributes_for_create(name, given));
}

engine::Topic topic_with(const engine::TopicAttributes& attributes) {
  return {.name = {.region = "us-east-1", .account = "000000000000", .name = "news"},
          .attributes = attributes};
}

TEST(TopicName, IsOfSomeCharactersAndNotTooLong) {
  EXPECT_EQ(told_of_create("aZ09_-", {}), "none");
  EXPECT_EQ(told_of_create(std::string(256, 'a'), {}), "none");
  for (const std::string& name :
       {std::string(), std::string(257, 'a'), std::string("a b"), std::string("a.b"),
        std::string("\u00e9"), std::string("news.fifo")}) {
    EXPECT_EQ(told_of_create(name, {}), "Invalid parameter: Topic Name") << name;
  }
}

TEST(TopicName, EndsAsItsTypeSays) {
  EXPECT_EQ(told_of_create("news.fifo", {{"FifoTopic", "true"}}), "none");
  EXPECT_EQ(told_of_create("news", {{"FifoTopic", "false"}}), "none");
  EXPECT_EQ(told_of_create(std::string(251, 'a') + ".fifo", {{"FifoTopic", "True"}}), "none");
  for (const std::string_view name : {"news", ".fifo", "new.s.fifo"})
    EXPECT_EQ(told_of_create(name, {{"FifoTopic", "true"}}), "Invalid parameter: Topic Name");
}

TEST(TopicAttributes, OfANewTopicAreCheckedOneByOne) {
  const auto told_of = [](std::string_view name, std::string_view value) {
    return told_of_create("news", {{std::string(name), std::string(value)}});
  };
  const std::string prefix = "Invalid parameter: Attributes Reason: ";

  EXPECT_EQ(
      told_of("SQSSuccessFeedbackSampleRate", "500"),
      prefix + "SQSSuccessFeedbackSampleRate: 500 value provided is not an integer between 0-100");
  EXPECT_EQ(
      told_of("DeliveryPolicy", R"({"http":{"defaultHealthyRetryPolicy":{"numRetries":300}}})"),
      prefix +
          "DeliveryPolicy: http.defaultHealthyRetryPolicy.numRetries must be less than "
          "or equal to 100");
  EXPECT_EQ(
      told_of("Policy", R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"SNS:*"}})"),
      prefix + "Policy statement action out of service scope!");
  EXPECT_EQ(told_of("Owner", "me"), prefix + "Unknown attribute Owner");
  EXPECT_EQ(told_of("FifoTopic", "maybe"),
            prefix + "FifoTopic: Invalid value [maybe]. Must be true or false.");
  EXPECT_EQ(told_of("ContentBasedDeduplication", "true"),
            prefix + "ContentBasedDeduplication: only FIFO topics have it");
  EXPECT_EQ(told_of("ContentBasedDeduplication", "false"), "none");
  EXPECT_EQ(told_of("SignatureVersion", "3"),
            prefix + "SignatureVersion: Invalid value [3]. Must be 1 or 2.");
  EXPECT_EQ(told_of("MaximumMessageSize", "1023"),
            prefix + "MaximumMessageSize: Invalid value [1023]. Must be between 1024 and 1048576.");
}

TEST(TopicAttributes, AreSetOneAtATime) {
  engine::TopicAttributes attributes{.is_fifo = true};
  const auto set = [&](std::string_view name, std::string_view value) {
    const auto changed = attributes_after_set(attributes, name, value);
    if (changed) attributes = *changed;
    return told(changed);
  };

  EXPECT_EQ(set("DisplayName", "News"), "none");
  EXPECT_EQ(set("ContentBasedDeduplication", "TRUE"), "none");
  EXPECT_EQ(set("FifoThroughputScope", "MessageGroup"), "none");
  EXPECT_EQ(set("MaximumMessageSize", "1048576"), "none");
  EXPECT_EQ(set("ArchivePolicy", R"({"MessageRetentionPeriod":"30"})"), "none");
  EXPECT_EQ(set("FifoTopic", "true"), "Invalid parameter: AttributeName");
  EXPECT_EQ(set("NoSuchAttribute", "true"), "Invalid parameter: AttributeName");
  EXPECT_EQ(
      set("ArchivePolicy", R"({"MessageRetentionPeriod":"366"})"),
      "Invalid parameter: ArchivePolicy: must have a MessageRetentionPeriod from 1 to 365 days");

  EXPECT_TRUE(attributes.content_based_deduplication);
  EXPECT_EQ(attributes.deduplication_scope, engine::TopicDeduplicationScope::message_group);
  EXPECT_EQ(attributes.message_bytes_max, 1'048'576u);
  EXPECT_TRUE(has_archive(attributes));
  EXPECT_EQ(set("ArchivePolicy", "{}"), "none");
  EXPECT_FALSE(has_archive(attributes));
}

TEST(TopicAttributes, AreTakenAwayByAnEmptyText) {
  engine::TopicAttributes attributes{
      .kept = {{"DeliveryPolicy", "{}"}, {"KmsMasterKeyId", "key"}, {"Policy", "{}"}}};

  for (const std::string_view name : {"DeliveryPolicy", "KmsMasterKeyId", "Policy"})
    attributes = attributes_after_set(attributes, name, "").value();

  EXPECT_TRUE(attributes.kept.empty());
}

TEST(TopicAttributes, ThatEveryTopicHasAreShown) {
  const AttributeMap shown = render_attributes(topic_with({}));

  std::vector<std::string> names;
  for (const auto& [name, value] : shown) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"DisplayName", "EffectiveDeliveryPolicy", "Owner", "Policy",
                                      "SubscriptionsConfirmed", "SubscriptionsDeleted",
                                      "SubscriptionsPending", "TopicArn"}));
  EXPECT_EQ(shown.at("TopicArn"), "arn:aws:sns:us-east-1:000000000000:news");
}

TEST(TopicAttributes, ShowNoDataProtectionPolicy) {
  const auto attributes = with_data_protection_policy({}, R"({"Name":"p"})").value();

  EXPECT_EQ(render_attributes(topic_with(attributes)), render_attributes(topic_with({})));
  EXPECT_EQ(told(with_data_protection_policy({}, "[]")),
            "Invalid parameter: DataProtectionPolicy Reason: failed to parse JSON");
}

TEST(TopicAttributes, AreTheSameHoweverTheyAreWritten) {
  const AttributeMap given = {
      {"FifoTopic", "true"}, {"DisplayName", "News"}, {"ContentBasedDeduplication", "false"}};
  const engine::TopicAttributes made = attributes_for_create("news.fifo", given).value();
  const engine::Topic topic = topic_with(made);
  const auto same = [&](const AttributeMap& asked) {
    return has_the_same(topic, asked, attributes_for_create("news.fifo", asked).value());
  };

  EXPECT_TRUE(same(given));
  EXPECT_TRUE(same({{"FifoTopic", "True"}}));
  EXPECT_FALSE(same({{"FifoTopic", "true"}, {"DisplayName", "Other"}}));
  EXPECT_FALSE(same({{"FifoTopic", "true"}, {"ContentBasedDeduplication", "true"}}));
  EXPECT_FALSE(same({{"FifoTopic", "true"}, {"KmsMasterKeyId", "never set"}}));
}

}  // namespace
}  // namespace mailrail::sns
