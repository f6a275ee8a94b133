#include "console/cookie.h"

#include <gtest/gtest.h>

namespace mailrail::console {
namespace {

TEST(Cookie, IsFoundAmongOthers) {
  EXPECT_EQ(find_cookie("mailrail-4566=abc", "mailrail-4566"), "abc");
  EXPECT_EQ(find_cookie("a=1; mailrail-4566=abc ; b=2", "mailrail-4566"), "abc");
  EXPECT_EQ(find_cookie("a=1;mailrail-4566=", "mailrail-4566"), "");
  EXPECT_EQ(find_cookie("x=mailrail-4566=abc", "mailrail-4566"), std::nullopt);
  EXPECT_EQ(find_cookie("mailrail-4567=abc", "mailrail-4566"), std::nullopt);
  EXPECT_EQ(find_cookie("mailrail-4566", "mailrail-4566"), std::nullopt);
  EXPECT_EQ(find_cookie("", "mailrail-4566"), std::nullopt);
}

TEST(Cookie, IsNobodysIfItComesTwice) {
  EXPECT_EQ(find_cookie("mailrail-1=a; mailrail-1=b", "mailrail-1"), std::nullopt);
}

TEST(Cookie, IsKeptFromScriptsAndOtherSites) {
  EXPECT_EQ(set_cookie({.name = "mailrail-4566", .value = "abc", .lasts = 12h}),
            "mailrail-4566=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
  EXPECT_EQ(set_cookie({.name = "n",
                        .value = "",
                        .lasts = Duration(0),
                        .transport = Cookie::Transport::encrypted}),
            "n=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
}

}  // namespace
}  // namespace mailrail::console
