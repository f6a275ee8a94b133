#include "cli/known_variables.h"

#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

TEST(Variables, OfAServiceInKubernetesAreNoSettings) {
  EXPECT_TRUE(is_of_orchestrator("MAILRAIL_SERVICE_HOST", "10.0.0.1"));
  EXPECT_TRUE(is_of_orchestrator("MAILRAIL_SERVICE_PORT", "4566"));
  EXPECT_TRUE(is_of_orchestrator("MAILRAIL_SERVICE_PORT_API", "4566"));
  EXPECT_TRUE(is_of_orchestrator("MAILRAIL_PORT", "tcp://10.0.0.1:4566"));
  EXPECT_TRUE(is_of_orchestrator("MAILRAIL_PORT_4566_TCP", "tcp://10.0.0.1:4566"));
  EXPECT_TRUE(is_of_orchestrator("MAILRAIL_PORT_4566_TCP_ADDR", "10.0.0.1"));
  EXPECT_TRUE(is_of_orchestrator("MAILRAIL_ADMIN_PORT_4567_UDP_PROTO", "udp"));
}

TEST(Variables, ThatOnlyLookLikeThemAreChecked) {
  EXPECT_FALSE(is_of_orchestrator("MAILRAIL_PORT", "4566"));
  EXPECT_FALSE(is_of_orchestrator("MAILRAIL_PORT_4566", "4566"));
  EXPECT_FALSE(is_of_orchestrator("MAILRAIL_PORT__TCP", "4566"));
  EXPECT_FALSE(is_of_orchestrator("MAILRAIL_DISK_LIMIT", "tcp://"));
}

}  // namespace
}  // namespace mailrail::cli
