#include "cli/log_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using testing::HasSubstr;

TEST(LogPlace, IsADirectoryOrADatabase) {
  EXPECT_EQ(log_place("file:data"), LogPlace(DirectoryPlace{"data"}));
  EXPECT_EQ(log_place("file:/var/lib/my data"), LogPlace(DirectoryPlace{"/var/lib/my data"}));
  for (const char* url : {"postgres://db/mail", "postgresql:///mail?host=/run/postgresql",
                          "postgres://mail@db:5433/mail?sslmode=verify-full", "postgres://",
                          "postgres://db/mail?passfile=/etc/mailrail/pgpass",
                          "postgres://[::1]:5432/mail", "postgres:///a:b@c"}) {
    EXPECT_EQ(log_place(url), LogPlace(DatabasePlace{url})) << url;
  }
}

TEST(LogPlace, IsNothingElse) {
  for (const char* text : {"data", "", "file:", "mysql://db/mail", "postgres:mail", "/data"}) {
    const auto place = log_place(text);

    ASSERT_FALSE(place) << text;
    EXPECT_THAT(place.error().message, HasSubstr("must be file:DIR or postgres://")) << text;
  }
}

}  // namespace
}  // namespace mailrail::cli
