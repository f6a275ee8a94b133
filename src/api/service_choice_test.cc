#include "api/service_choice.h"

#include <gtest/gtest.h>

namespace mailrail::api {
namespace {

constexpr std::string_view queue_versions[] = {"2008-01-01", "2012-11-05"};
constexpr std::string_view topic_versions[] = {"2010-03-31"};
constexpr ActionEntry queue_actions[] = {{.name = "AddPermission"}, {.name = "CreateQueue"}};
constexpr ActionEntry topic_actions[] = {{.name = "AddPermission"}, {.name = "CreateTopic"}};
constexpr ActionEntry json_actions[] = {{.name = "CreateTopic"}, {.name = "Inspect"}};
const Service services[] = {{.target_prefix = "Queues.",
                             .query_versions = queue_versions,
                             .signing_name = "sqs",
                             .subject_parameter = "QueueUrl",
                             .queue_paths = QueuePaths::known,
                             .actions = queue_actions},
                            {.query_versions = topic_versions,
                             .signing_name = "sns",
                             .subject_parameter = "TopicArn",
                             .actions = topic_actions},
                            {.target_prefix = "Admin.", .actions = json_actions}};

struct Asked {
  std::string_view form;
  std::string_view signed_for = {};
  std::string_view queue_path = {};
  std::string_view host = "mailrail.test";
};

// `sqs` or `sns`; empty if the Version is not right.
std::string_view chosen(const Asked& asked) {
  const wire::Form form = wire::Form::parse(asked.form).value();
  const Service* service = choose_service(services, {.signed_for = asked.signed_for,
                                                     .queue_path = asked.queue_path,
                                                     .host = asked.host,
                                                     .form = form});
  return service == nullptr ? std::string_view{} : service->signing_name;
}

TEST(ServiceChoice, IsWhatTheCredentialsWereSignedFor) {
  EXPECT_EQ(chosen({.form = "Action=CreateQueue", .signed_for = "sns"}), "sns");
  EXPECT_EQ(chosen({.form = "Action=CreateTopic&TopicArn=a", .signed_for = "sqs"}), "sqs");
  EXPECT_EQ(chosen({.form = "Action=CreateTopic", .signed_for = "execute-api"}), "sns");
}

TEST(ServiceChoice, IsNoneIfTheVersionIsNotOneOfIt) {
  EXPECT_EQ(chosen({.form = "Action=CreateQueue&Version=2012-11-05", .signed_for = "sns"}), "");
  EXPECT_EQ(chosen({.form = "Action=CreateTopic&Version=2010-03-31", .signed_for = "sns"}), "sns");
  EXPECT_EQ(chosen({.form = "Action=CreateQueue&Version=1999-01-01"}), "");
}

TEST(ServiceChoice, IsThatOfTheVersion) {
  EXPECT_EQ(chosen({.form = "Action=CreateQueue&Version=2010-03-31"}), "sns");
  EXPECT_EQ(chosen({.form = "Action=CreateTopic&Version=2008-01-01"}), "sqs");
  EXPECT_EQ(chosen({.form = "Action=CreateTopic&Version=2010-03-31", .queue_path = "/0/q"}), "sns");
}

TEST(ServiceChoice, IsThatOfAQueuesPath) {
  EXPECT_EQ(chosen({.form = "Action=CreateTopic&Version=", .queue_path = "/0/q"}), "sqs");
}

// As the links in messages have it, whatever host they lead to.
TEST(ServiceChoice, IsTheOneThatHasTheAction) {
  EXPECT_EQ(chosen({.form = "Action=CreateTopic", .host = "sqs.us-east-1.mailrail.test"}), "sns");
  EXPECT_EQ(chosen({.form = "Action=CreateQueue&TopicArn=a"}), "sqs");
}

TEST(ServiceChoice, IsToldByWhatASharedActionIsAbout) {
  EXPECT_EQ(chosen({.form = "Action=AddPermission&TopicArn=a"}), "sns");
  EXPECT_EQ(chosen({.form = "Action=AddPermission&QueueUrl=a", .host = "sns.test"}), "sqs");
}

TEST(ServiceChoice, IsToldByTheHostAtLast) {
  EXPECT_EQ(chosen({.form = "Action=AddPermission", .host = "sns.us-east-1.mailrail.test:80"}),
            "sns");
  EXPECT_EQ(chosen({.form = "Action=Fly", .host = "us-east-1.sns"}), "sns");
  EXPECT_EQ(chosen({.form = "Action=Fly", .host = "notsns.test"}), "sqs");
  EXPECT_EQ(chosen({.form = "Action=Fly&=a", .host = "..:"}), "sqs");
}

TEST(ServiceChoice, NeverFallsOnAServiceWithoutQuery) {
  EXPECT_EQ(chosen({.form = "Action=Inspect"}), "sqs");
}

}  // namespace
}  // namespace mailrail::api
