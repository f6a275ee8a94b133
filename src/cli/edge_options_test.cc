#include "cli/edge_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/test_api_options.h"

namespace mailrail::cli {
namespace {

using ::testing::HasSubstr;
using Loopback = http::AddressLimits::Loopback;

std::string refusal(const EdgeOptions& given) {
  const auto options = with_edge({}, given);
  return options ? "" : options.error().message;
}

TEST(EdgeOptions, LeaveEverythingAsItIsUnlessSaid) {
  const server::Options options = *with_edge({}, {});

  EXPECT_TRUE(options.edge.listeners.empty());
  EXPECT_FALSE(options.edge.tls.has_value());
  EXPECT_EQ(options.edge.addresses.loopback, Loopback::exempt);
  EXPECT_TRUE(server::serves_loopback_only(options));
}

TEST(EdgeOptions, SetAdministrationApart) {
  const server::Options options = *with_edge({}, {.admin_listen = "127.0.0.1:4567"});

  ASSERT_EQ(options.edge.listeners.size(), 1u);
  EXPECT_EQ(options.edge.listeners[0].port, 4567);
  EXPECT_EQ(options.edge.listeners[0].door, http::Door::all);
}

TEST(EdgeOptions, MayOpenAServerThoughItsFirstPlaceIsOnLoopback) {
  const server::Options options = *with_edge({}, {.admin_listen = "0.0.0.0:4567"});

  EXPECT_FALSE(server::serves_loopback_only(options));
  const auto with_tests = with_test_api(options, {.is_on = true});
  ASSERT_FALSE(with_tests.has_value());
  EXPECT_THAT(with_tests.error().message, HasSubstr("not on 0.0.0.0"));
}

TEST(EdgeOptions, CountLoopbackOnceABoundIsSaid) {
  const server::Options options = *with_edge({}, {.connections_per_address = 7});

  EXPECT_EQ(options.edge.addresses.connections_max, 7u);
  EXPECT_EQ(options.edge.addresses.loopback, Loopback::counted);
}

TEST(EdgeOptions, RefuseWithTheNameAndWhatWouldBeRight) {
  EXPECT_THAT(refusal({.admin_listen = "4567"}), HasSubstr("--admin-listen must be HOST:PORT"));
  EXPECT_THAT(refusal({.tls_certificate = "a"}), HasSubstr("--tls-key go together"));
  EXPECT_THAT(refusal({.tls_key = "a"}), HasSubstr("--tls-key go together"));
  EXPECT_THAT(refusal({.tls_ca = "a"}), HasSubstr("--tls-ca goes with"));
  EXPECT_THAT(refusal({.host_names = {"http://a"}}), HasSubstr("not \"http://a\""));
  EXPECT_THAT(refusal({.host_names = {"a:80"}}), HasSubstr("without a port"));
  EXPECT_THAT(refusal({.host_names = {"*"}}), HasSubstr("--hostname"));
  EXPECT_THAT(refusal({.connections = 0}), HasSubstr("--connections must be between 1"));
  EXPECT_THAT(refusal({.requests_per_address = 0}), HasSubstr("--requests-per-address"));
}

TEST(EdgeOptions, PutSocketsThatWereHandedOverBeforeAddresses) {
  const server::Options said = *with_edge({}, {.admin_listen = "127.0.0.1:4567"});

  const server::Options options = with_sockets(
      said, {{.descriptor = 3, .name = "mailrail.socket", .host = "0.0.0.0", .port = 80},
             {.descriptor = 4, .name = "admin", .host = "127.0.0.1", .port = 81},
             {.descriptor = 5, .name = "more", .host = "::", .port = 82}});

  EXPECT_EQ(options.host, "0.0.0.0");
  EXPECT_EQ(options.port, 80);
  EXPECT_EQ(options.edge.socket, 3);
  ASSERT_EQ(options.edge.listeners.size(), 2u);
  EXPECT_EQ(options.edge.listeners[0].socket, 4);
  EXPECT_EQ(options.edge.listeners[0].door, http::Door::all);
  EXPECT_EQ(options.edge.listeners[1].socket, 5);
  EXPECT_EQ(options.edge.listeners[1].door, http::Door::data);
  EXPECT_FALSE(server::serves_loopback_only(options));
}

}  // namespace
}  // namespace mailrail::cli
