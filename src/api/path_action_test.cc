#include "api/path_action.h"

#include <gtest/gtest.h>

namespace mailrail::api {
namespace {

constexpr PathAction paths[] = {{.path = "/_aws/sqs/messages", .action = {.name = "Look"}}};
const Service services[] = {{.signing_name = "other"}, {.signing_name = "sqs", .paths = paths}};

TEST(PathAction, IsNamedByItsPathAlone) {
  for (const char* each : {"/_aws/sqs/messages", "/_aws/sqs/messages/"}) {
    const auto named = named_by_path(services, each);
    ASSERT_TRUE(named.has_value());
    EXPECT_EQ(named->service->signing_name, "sqs");
    EXPECT_EQ(named->action->name, "Look");
    EXPECT_EQ(named->queue_path, "");
  }
}

TEST(PathAction, MayNameAQueueBehindIt) {
  const auto named = named_by_path(services, "/_aws/sqs/messages/eu-west-1/000000000000/orders");

  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->queue_path, "/queue/eu-west-1/000000000000/orders");
}

TEST(PathAction, IsNamedByNoOtherPath) {
  for (const char* each : {"/", "/_aws/sqs", "/_aws/sqs/messagesX", "/000000000000/orders", ""})
    EXPECT_FALSE(named_by_path(services, each).has_value()) << each;
}

}  // namespace
}  // namespace mailrail::api
