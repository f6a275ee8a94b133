// What a server does at its start for a log that has topics, but no key to sign by.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "broker/replay.h"
#include "engine/engine.h"
#include "http/test_client.h"
#include "log/file/file_log.h"
#include "log/posix_disk.h"
#include "server/server.h"
#include "signing/signing_testing.h"

namespace mailrail::server {
namespace {

class SigningKeyTest : public ::testing::Test {
 protected:
  SigningKeyTest() {
    directory_ = std::filesystem::temp_directory_path() / "mailrail-signing-key-test-XXXXXX";
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
  }
  ~SigningKeyTest() override { std::filesystem::remove_all(directory_); }

  // A log with a topic, and the key if there is one.
  void write_log(const std::optional<signing::KeyPair>& pair) {
    with_engine([&](engine::Engine& engine, log::FileLog& log) {
      engine::FactWriter facts(log.next_position());
      engine::Turn turn{.now = from_unix_ms(1'700'000'000'000), .random = random_, .facts = facts};
      engine.found(turn);
      if (pair) engine.set_signing_key(turn, pair->private_key, pair->certificate);
      engine.create_topic(turn, {.region = "us-east-1", .account = "000000000000", .name = "news"},
                          {}, {});
      EXPECT_EQ(log.append({.position = facts.position(),
                            .time = turn.now,
                            .count = facts.count(),
                            .payload = facts.take_payload()})
                    .outcome,
                log::Outcome::durable);
    });
  }

  std::optional<engine::SigningKey> key_in_log() {
    std::optional<engine::SigningKey> key;
    with_engine([&](engine::Engine& engine, log::FileLog&) {
      if (engine.signing_key() != nullptr) key = *engine.signing_key();
    });
    return key;
  }

  // What the server answers to who asks for the certificate by its name.
  http::testing::Reply serve_and_ask(const std::string& name) {
    auto server = *Server::open({.port = 0, .data = directory_, .http_threads = 1});
    http::testing::Client client(server->port());
    client.send("GET /" + name + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const http::testing::Reply reply = client.read_reply();
    server->begin_stop();
    EXPECT_TRUE(server->is_drained(std::chrono::seconds(10)));
    EXPECT_TRUE(server->finish_stop().has_value());
    return reply;
  }

 private:
  template <class Use>
  void with_engine(Use use) {
    const auto disk = *log::PosixDisk::open(directory_);
    ASSERT_TRUE(disk->lock());
    const auto log = *log::FileLog::open(*disk, random_);
    engine::Engine engine(1);
    ASSERT_TRUE(broker::replay(*log, engine));
    use(engine, *log);
    EXPECT_TRUE(log->close());
  }

  std::string directory_;
  SeededRandom random_{1};
};

TEST_F(SigningKeyTest, IsKeptAndItsCertificateShown) {
  write_log(signing::test_key_pair());
  const signing::SigningKey key = *signing::SigningKey::read(signing::test_key_pair());

  const http::testing::Reply reply = serve_and_ask(key.certificate_name());

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, key.certificate_pem());
  EXPECT_EQ(key_in_log()->certificate, signing::test_key_pair().certificate);
}

TEST_F(SigningKeyTest, IsMadeForTopicsThatLostIt) {
  write_log(std::nullopt);
  ASSERT_EQ(key_in_log(), std::nullopt);

  EXPECT_EQ(serve_and_ask("SimpleNotificationService-00.pem").status, 404);

  const std::optional<engine::SigningKey> made = key_in_log();
  ASSERT_TRUE(made.has_value());
  const auto key = signing::SigningKey::read(
      {.private_key = made->private_key, .certificate = made->certificate});
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(serve_and_ask(key->certificate_name()).body, key->certificate_pem());
  EXPECT_EQ(key_in_log(), made);
}

TEST_F(SigningKeyTest, IsMadeAnewWhereItCannotBeRead) {
  write_log(signing::KeyPair{.private_key = "no key", .certificate = "no certificate"});

  EXPECT_EQ(serve_and_ask("SimpleNotificationService-00.pem").status, 404);

  const std::optional<engine::SigningKey> made = key_in_log();
  ASSERT_TRUE(made.has_value());
  EXPECT_TRUE(signing::SigningKey::read(
                  {.private_key = made->private_key, .certificate = made->certificate})
                  .has_value());
}

}  // namespace
}  // namespace mailrail::server
