#include "console/pages.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace mailrail::console {
namespace embedded {

Assets test_files();  // Of testdata/pages.

}  // namespace embedded

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

http::Request get(std::string target) {
  http::Request request{.method = "GET", .target = std::move(target)};
  request.headers.add("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
  return request;
}

http::Request compressed_get(std::string target) {
  http::Request request = get(std::move(target));
  request.headers.add("Accept-Encoding", "br, gzip");
  return request;
}

std::string_view header(const http::Response& response, std::string_view name) {
  return response.headers.find(name).value_or("");
}

class PagesTest : public ::testing::Test {
 protected:
  std::string asset(std::string_view path) const {
    return "/console/" + std::string(assets_.hash) + "/" + std::string(path);
  }

  const Assets assets_ = embedded::test_files();
  const Pages pages_{assets_};
  const Pages live_pages_{{}, MAILRAIL_TEST_PAGES};
};

TEST_F(PagesTest, AnswersABrowserWithTheIndexThatNamesTheHash) {
  const http::Request request = get("/");
  ASSERT_TRUE(pages_.is_for_it(request));

  const http::Response response = pages_.answer(request);

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
  EXPECT_THAT(response.body, HasSubstr("src=\"" + asset("app.js") + "\""));
}

TEST_F(PagesTest, LeavesCallsOfServicesAlone) {
  http::Request call{.method = "POST", .target = "/"};
  http::Request plain{.method = "GET", .target = "/"};
  http::Request query = get("/?Action=ListQueues");
  http::Request queue = get("/000000000000/q");
  http::Request data_door = get("/");
  data_door.door = http::Door::data;

  for (const http::Request& each : {call, plain, query, queue, data_door})
    EXPECT_FALSE(pages_.is_for_it(each)) << each.method << each.target;
}

TEST_F(PagesTest, HasNoIndexWithoutFiles) {
  const Pages none(Assets{.hash = "0", .files = {}});

  EXPECT_FALSE(none.is_for_it(get("/")));
  EXPECT_EQ(none.answer(get("/console/0/app.js")).status, 404);
}

TEST_F(PagesTest, CompressesForWhoTakesIt) {
  const http::Response plain = pages_.answer(get(asset("app.js")));
  const http::Response compressed = pages_.answer(compressed_get(asset("app.js")));
  http::Request unwanted = get(asset("app.js"));
  unwanted.headers.add("Accept-Encoding", "gzip;q=0, identity");

  EXPECT_THAT(plain.body, HasSubstr("const greeting"));
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_EQ(header(compressed, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(compressed, "Vary"), "Accept-Encoding");
  EXPECT_TRUE(compressed.body.starts_with("\x1f\x8b\x08"));
  EXPECT_EQ(compressed.body.substr(4, 4), std::string(4, '\0'));  // Of no time.
  EXPECT_EQ(pages_.answer(unwanted).body, plain.body);
}

TEST_F(PagesTest, EmbedsAScriptWithWhatItImports) {
  const http::Response embedded = pages_.answer(get(asset("app.js")));
  const http::Response read = live_pages_.answer(get("/console/live/pages/greeting.js"));

  EXPECT_EQ(embedded.status, 200);
  EXPECT_THAT(embedded.body, HasSubstr(R"("semicolons; [brackets] \"quotes\" ${braces}")"));
  EXPECT_THAT(embedded.body, Not(HasSubstr("import")));
  EXPECT_THAT(read.body, StartsWith("export const greeting"));
  EXPECT_EQ(pages_.answer(get(asset("pages/greeting.js"))).status, 404);
}

TEST(TheConsole, IsAtMost60KilobytesCompressed) {
  std::size_t bytes = 0;
  for (const Asset& each : embedded::console_files().files) bytes += each.gzip.size();

  EXPECT_GT(bytes, 30'000U);
  EXPECT_LE(bytes, 60'000U);
}

TEST_F(PagesTest, KeepsAssetsForEver) {
  const http::Response response = pages_.answer(get(asset("app.js")));

  EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(response, "Content-Type"), "text/javascript; charset=utf-8");
}

TEST_F(PagesTest, GuardsWhateverItAnswers) {
  const http::Request posted{.method = "POST", .target = asset("app.js")};
  for (const http::Response& each :
       {pages_.answer(get("/")), pages_.answer(get("/console/x")), pages_.answer(posted)}) {
    EXPECT_THAT(std::string(header(each, "Content-Security-Policy")),
                HasSubstr("default-src 'self';"));
    EXPECT_THAT(std::string(header(each, "Content-Security-Policy")),
                HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(header(each, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(each, "Referrer-Policy"), "no-referrer");
  }
}

TEST_F(PagesTest, HasNothingUnderAnotherHashOrName) {
  EXPECT_EQ(pages_.answer(get("/console/0123456789abcdef/app.js")).status, 404);
  EXPECT_EQ(pages_.answer(get(asset("none.js"))).status, 404);
  EXPECT_EQ(pages_.answer(get(asset("notes.txt"))).status, 404);
  EXPECT_EQ(pages_.answer(get("/console/")).status, 404);
  EXPECT_EQ(pages_.answer({.method = "DELETE", .target = asset("app.js")}).status, 405);
}

TEST_F(PagesTest, ReadsADirectoryEachTimeAndNothingBesideIt) {
  const http::Response index = live_pages_.answer(get("/"));

  EXPECT_THAT(index.body, HasSubstr("src=\"/console/live/app.js\""));
  EXPECT_EQ(header(live_pages_.answer(get("/console/live/app.js")), "Cache-Control"), "no-cache");
  for (const std::string path :
       {"../pages_test.cc", "..%2fpages_test.cc", "%2e%2e/pages_test.cc", "./app.js",
        "pages/../app.js", ".hidden.js", "pages/.hidden.js", "/app.js", "pages//greeting.js",
        "app.js/", "app.js%00", "app.js%00.css", "notes.txt", "", "pages"})
    EXPECT_EQ(live_pages_.answer(get("/console/live/" + path)).status, 404) << path;
}

class PagesOfADirectory : public ::testing::Test {
 protected:
  PagesOfADirectory() {
    EXPECT_NE(mkdtemp(above_.data()), nullptr);
    std::filesystem::create_directory(directory());
  }
  ~PagesOfADirectory() override { std::filesystem::remove_all(above_); }

  std::string directory() const { return above_ + "/ui"; }
  void write(const std::string& path) const { std::ofstream(above_ + "/" + path) << "text"; }
  int status(const std::string& path) const {
    return Pages({}, directory()).answer(get("/console/live/" + path)).status;
  }

 private:
  std::string above_ = testing::TempDir() + "/pages-XXXXXX";
};

TEST_F(PagesOfADirectory, AreFiles) {
  std::filesystem::create_directory(directory() + "/directory.js");
  ASSERT_EQ(mkfifo((directory() + "/pipe.js").c_str(), 0600), 0);

  EXPECT_EQ(status("directory.js"), 404);
  EXPECT_EQ(status("pipe.js"), 404);
}

TEST_F(PagesOfADirectory, AreInItWhereverLinksLead) {
  write("ui/app.js");
  write("secret.js");
  write("ui-secret.js");
  std::filesystem::create_symlink("app.js", directory() + "/inside.js");
  std::filesystem::create_symlink("../secret.js", directory() + "/outside.js");
  std::filesystem::create_symlink("../ui-secret.js", directory() + "/beside.js");
  std::filesystem::create_directory_symlink("..", directory() + "/up");

  EXPECT_EQ(status("app.js"), 200);
  EXPECT_EQ(status("inside.js"), 200);
  EXPECT_EQ(status("outside.js"), 404);
  EXPECT_EQ(status("beside.js"), 404);
  EXPECT_EQ(status("up/secret.js"), 404);
}

}  // namespace
}  // namespace mailrail::console
