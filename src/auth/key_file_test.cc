#include "auth/key_file.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/random.h"

namespace mailrail::auth {
namespace {

using testing::HasSubstr;

constexpr Instant now = from_unix_ms(1'735'689'600'000);

class KeyFile : public testing::Test {
 protected:
  KeyFile() {
    std::string pattern = testing::TempDir() + "/keys-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    path_ = directory_ + "/keys.json";
  }
  ~KeyFile() override { std::filesystem::remove_all(directory_); }

  Key add(std::optional<Instant> expires_at = std::nullopt) {
    Key key = make_key({.roles = {Role::send}}, "000000000000", Lifetime::unlimited, random_).key;
    key.expires_at = expires_at;
    const Result<void> changed = change_key_file(path_, now, [&](std::vector<Key>& keys) {
      keys.push_back(key);
      return Result<void>();
    });
    EXPECT_TRUE(changed) << changed.error().message;
    return key;
  }

  std::vector<std::string> ids() const {
    const Result<std::optional<std::vector<Key>>> keys = read_key_file(path_);
    std::vector<std::string> ids;
    if (!keys || !*keys) return ids;
    for (const Key& each : **keys) ids.push_back(each.id());
    return ids;
  }

  std::string refusal() const {
    const Result<std::optional<std::vector<Key>>> keys = read_key_file(path_);
    return keys ? std::string() : keys.error().message;
  }

  SystemRandom random_;
  std::string directory_;
  std::string path_;
};

TEST_F(KeyFile, IsNothingBeforeTheFirstKey) {
  const Result<std::optional<std::vector<Key>>> keys = read_key_file(path_);

  ASSERT_TRUE(keys);
  EXPECT_FALSE(*keys);
  EXPECT_FALSE(stamp_of(path_));
}

TEST_F(KeyFile, KeepsKeysForItsOwnerAlone) {
  const Key first = add();
  const std::optional<FileStamp> stamp = stamp_of(path_);
  const Key second = add();

  EXPECT_THAT(ids(), testing::ElementsAre(first.id(), second.id()));
  EXPECT_NE(stamp_of(path_), stamp);
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(KeyFile, LosesWhatHasExpiredWithTheNextChange) {
  const Key brief = add(now);
  EXPECT_THAT(ids(), testing::ElementsAre(brief.id()));

  const Key lasting = add(now + 1s);

  EXPECT_THAT(ids(), testing::ElementsAre(lasting.id()));
}

TEST_F(KeyFile, IsAsItWasAfterAChangeThatFails) {
  const Key key = add();

  const Result<void> changed = change_key_file(path_, now, [](std::vector<Key>& keys) {
    keys.clear();
    return Result<void>(fail(mailrail::errors::unusable, "No."));
  });

  EXPECT_FALSE(changed);
  EXPECT_THAT(ids(), testing::ElementsAre(key.id()));
}

TEST_F(KeyFile, LosesNoChangeToAnother) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      SystemRandom random;
      for (int each = 0; each < 5; ++each) {
        const Key key =
            make_key({.roles = {Role::send}}, "000000000000", Lifetime::unlimited, random).key;
        ASSERT_TRUE(change_key_file(path_, now, [&](std::vector<Key>& keys) {
          keys.push_back(key);
          return Result<void>();
        }));
      }
    });
  }
  for (std::thread& each : threads) each.join();

  EXPECT_EQ(ids().size(), 40u);
}

TEST_F(KeyFile, IsRefusedIfOthersCouldReadIt) {
  add();
  chmod(path_.c_str(), 0640);

  EXPECT_THAT(refusal(), HasSubstr("chmod 600 " + path_));
}

TEST_F(KeyFile, IsRefusedWithItsNameIfItIsNotRight) {
  std::ofstream(path_) << "{";
  chmod(path_.c_str(), 0600);

  EXPECT_THAT(refusal(), HasSubstr("The key file " + path_ + " is not right."));
  EXPECT_FALSE(change_key_file(path_, now, [](std::vector<Key>&) { return Result<void>(); }));
}

TEST_F(KeyFile, IsAFileAndNothingElse) {
  std::filesystem::create_directory(path_);
  chmod(path_.c_str(), 0700);

  EXPECT_THAT(refusal(), HasSubstr("is not a file"));
}

}  // namespace
}  // namespace mailrail::auth
