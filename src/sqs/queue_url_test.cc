#include "sqs/queue_url.h"

#include <gtest/gtest.h>

namespace mailrail::sqs {
namespace {

api::Context context() {
  api::Context context;
  context.endpoint = "http://localhost:4566";
  return context;
}

engine::QueueName name(std::string region, std::string account, std::string queue) {
  return {.region = std::move(region), .account = std::move(account), .name = std::move(queue)};
}

TEST(QueueUrl, EchoesTheCallersHost) {
  EXPECT_EQ(queue_url(context(), name("us-east-1", "000000000000", "q")),
            "http://localhost:4566/000000000000/q");
}

TEST(QueueUrl, IsWrittenInTheStyleThatIsUsual) {
  const engine::QueueName queue = name("eu-west-1", "000000000000", "q");
  const auto written = [&](api::QueueUrlStyle style, std::string endpoint) {
    api::Context context;
    context.endpoint = std::move(endpoint);
    context.queue_urls = style;
    std::string url = queue_url(context, queue);
    context.caller.region = "eu-west-1";
    EXPECT_EQ(queue_name_of(url, context), queue);
    return url;
  };
  using enum api::QueueUrlStyle;

  EXPECT_EQ(written(path, "http://localhost:4566"),
            "http://localhost:4566/queue/eu-west-1/000000000000/q");
  EXPECT_EQ(written(standard, "http://localhost:4566"),
            "http://sqs.eu-west-1.localhost:4566/000000000000/q");
  EXPECT_EQ(written(standard, "https://sqs.us-east-1.queues.example"),
            "https://sqs.eu-west-1.queues.example/000000000000/q");
  EXPECT_EQ(written(standard, "http://127.0.0.1:4566"), "http://127.0.0.1:4566/000000000000/q");
  EXPECT_EQ(written(standard, "http://[::1]:4566"), "http://[::1]:4566/000000000000/q");
  EXPECT_EQ(written(standard, "http://sqs.my.example"),
            "http://sqs.eu-west-1.sqs.my.example/000000000000/q");
}

TEST(QueueUrl, IsReadWhateverItsHostAndStyle) {
  const engine::QueueName own = name("us-east-1", "000000000000", "q");

  EXPECT_EQ(queue_name_of("http://localhost:4566/000000000000/q", context()), own);
  EXPECT_EQ(queue_name_of("https://sqs.eu-west-1.amazonaws.com/000000000000/q", context()), own);
  EXPECT_EQ(queue_name_of("/000000000000/q", context()), own);
  EXPECT_EQ(queue_name_of("q", context()), own);
  EXPECT_EQ(queue_name_of("http://localhost:4566/000000000000/q?a=b/c", context()), own);
  EXPECT_EQ(queue_name_of("http://localhost:4566//000000000000//q/", context()), own);
  EXPECT_EQ(queue_name_of("http://localhost:9324/queue/q", context()), own);
  EXPECT_EQ(queue_name_of("http://h/queue/eu-west-1/123456789012/q", context()),
            name("eu-west-1", "123456789012", "q"));
  EXPECT_EQ(queue_name_of("http://h/123456789012/q", context()),
            name("us-east-1", "123456789012", "q"));
}

TEST(QueueUrl, WithoutANameMeansNoQueue) {
  EXPECT_EQ(queue_name_of("http://localhost:4566/", context()).name, "");
  EXPECT_EQ(queue_name_of("http://localhost:4566", context()).name, "");
}

}  // namespace
}  // namespace mailrail::sqs
