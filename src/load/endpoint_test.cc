#include "load/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/errors.h"

namespace mailrail::load {
namespace {

using ::testing::HasSubstr;

TEST(LoadEndpoint, TakesAUrlApart) {
  const auto endpoint = resolve("http://127.0.0.1:4566");

  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(endpoint->host, "127.0.0.1");
  EXPECT_EQ(endpoint->host_header, "127.0.0.1:4566");
  EXPECT_EQ(endpoint->path, "/");
  EXPECT_FALSE(endpoint->is_encrypted);
  EXPECT_EQ(endpoint->addresses.front().storage.ss_family, AF_INET);
}

TEST(LoadEndpoint, LeavesOutThePortThatGoesWithTheScheme) {
  EXPECT_EQ(resolve("https://127.0.0.1")->host_header, "127.0.0.1");
  EXPECT_EQ(resolve("http://127.0.0.1:80")->host_header, "127.0.0.1");
  EXPECT_EQ(resolve("https://127.0.0.1:80")->host_header, "127.0.0.1:80");
  EXPECT_TRUE(resolve("https://127.0.0.1")->is_encrypted);
}

TEST(LoadEndpoint, KnowsAddressesOfBothKinds) {
  const auto endpoint = resolve("http://[::1]:4566");

  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(endpoint->host, "::1");
  EXPECT_EQ(endpoint->host_header, "[::1]:4566");
  EXPECT_EQ(endpoint->addresses.front().storage.ss_family, AF_INET6);
}

TEST(LoadEndpoint, KeepsThePathOfAUrl) {
  EXPECT_EQ(resolve("http://127.0.0.1:1/sqs")->path, "/sqs/");
  EXPECT_EQ(resolve("http://127.0.0.1:1/")->path, "/");
}

// No name has an empty label, so nobody is asked for it.
TEST(LoadEndpoint, SaysWhatCannotBeFound) {
  const auto endpoint = resolve("http://nowhere..invalid:1");

  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.error().kind, &client::errors::unreachable);
  EXPECT_THAT(endpoint.error().message, HasSubstr("nowhere..invalid cannot be found"));
}

}  // namespace
}  // namespace mailrail::load
