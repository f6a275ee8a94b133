#include "server/key_watch.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/random.h"

namespace mailrail::server {
namespace {

using testing::HasSubstr;

class KeyWatchTest : public testing::Test {
 protected:
  KeyWatchTest() {
    std::string pattern = testing::TempDir() + "/watch-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    file_ = directory_ + "/keys.json";
  }
  ~KeyWatchTest() override { std::filesystem::remove_all(directory_); }

  auth::Key fresh_key() {
    return auth::make_key({.roles = {auth::Role::admin}}, "000000000000", auth::Lifetime::unlimited,
                          random_)
        .key;
  }

  std::string add_key() {
    const auth::Key key = fresh_key();
    const Result<void> changed =
        auth::change_key_file(file_, Instant{}, [&](std::vector<auth::Key>& keys) {
          keys.push_back(key);
          return Result<void>();
        });
    EXPECT_TRUE(changed);
    return key.id();
  }

  std::unique_ptr<KeyWatch> open(std::vector<auth::Key> given = {}) {
    return *KeyWatch::open(file_, std::move(given));
  }

  SystemRandom random_;
  std::string directory_;
  std::string file_;
};

TEST_F(KeyWatchTest, AsksNobodyForAKeyBeforeThereIsOne) {
  const auto watch = open();
  EXPECT_EQ(watch->keys().ring(), nullptr);

  const std::string id = add_key();
  watch->look();

  ASSERT_NE(watch->keys().ring(), nullptr);
  EXPECT_NE(watch->keys().ring()->find(id), nullptr);
}

TEST_F(KeyWatchTest, HasTheKeysThatWereGivenBesides) {
  const auth::Key given = fresh_key();
  const auto watch = open({given});
  const std::string id = add_key();

  watch->look();

  EXPECT_NE(watch->keys().ring()->find(given.id()), nullptr);
  EXPECT_NE(watch->keys().ring()->find(id), nullptr);
}

TEST_F(KeyWatchTest, KeepsTheKeysOfAFileThatIsGoneOrNotRight) {
  const std::string id = add_key();
  const auto watch = open();

  std::filesystem::remove(file_);
  watch->look();
  EXPECT_NE(watch->keys().ring()->find(id), nullptr);

  std::ofstream(file_) << "{";
  chmod(file_.c_str(), 0600);
  watch->look();
  EXPECT_NE(watch->keys().ring()->find(id), nullptr);

  std::filesystem::remove(file_);
  const std::string next = add_key();
  watch->look();
  EXPECT_EQ(watch->keys().ring()->find(id), nullptr);
  EXPECT_NE(watch->keys().ring()->find(next), nullptr);
}

TEST_F(KeyWatchTest, RefusesToBeginWithAFileThatIsNotRight) {
  add_key();
  chmod(file_.c_str(), 0644);

  const auto watch = KeyWatch::open(file_, {});

  ASSERT_FALSE(watch);
  EXPECT_THAT(watch.error().message, HasSubstr("chmod 600"));
}

TEST_F(KeyWatchTest, LooksByItself) {
  const auto watch = open();
  watch->start();
  const std::string id = add_key();

  while (watch->keys().ring() == nullptr) std::this_thread::yield();

  EXPECT_NE(watch->keys().ring()->find(id), nullptr);
}

}  // namespace
}  // namespace mailrail::server
