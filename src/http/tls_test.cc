#include "http/tls.h"

#include <atomic>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "http/tls_testing.h"

namespace mailrail::http {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::post;
using testing::Reply;
using testing::TestCertificate;
using testing::TestServer;
using testing::TlsClient;
using testing::Visit;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";
constexpr std::string_view get_and_leave =
    "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";

class TlsTest : public ::testing::Test {
 protected:
  Options options() const { return {.tls = tls_.get()}; }

  TestCertificate certificate_{"first"};
  std::unique_ptr<Tls> tls_ = *Tls::open(certificate_.files());
};

TEST_F(TlsTest, AnswersOneRequestAfterAnother) {
  TestServer server(options());
  TlsClient client(server.port());

  client.send(post("one"));
  const Visit visit = server.next_visit();
  server.answer(visit.exchange, {.body = "first"});
  EXPECT_EQ(client.read_reply().body, "first");
  server.echo();
  client.send(post("two") + post("three"));

  EXPECT_TRUE(visit.request.is_encrypted);
  EXPECT_EQ(client.read_reply().body, "POST / two");
  EXPECT_EQ(client.read_reply().body, "POST / three");
}

TEST_F(TlsTest, SpeaksTls12ButNothingOlder) {
  TestServer server(options());
  server.echo();
  TlsClient modern(server.port(), {.version_max = TLS1_2_VERSION});
  const TlsClient old(server.port(), {.version_max = TLS1_1_VERSION});

  modern.send(get);

  EXPECT_EQ(modern.read_reply().status, 200);
  EXPECT_FALSE(old.is_connected());
}

TEST_F(TlsTest, ChoosesHttp11OrNothing) {
  TestServer server(options());
  const TlsClient either(server.port(), {.alpn = "\x02h2\x08http/1.1"});
  const TlsClient neither(server.port(), {.alpn = "\x02h2"});

  EXPECT_EQ(either.chosen_protocol(), "http/1.1");
  EXPECT_FALSE(neither.is_connected());
}

TEST_F(TlsTest, TellsAClientThatForgotIt) {
  TestServer server(options());
  Client client = server.connect();

  client.send(get);
  const Reply reply = client.read_reply();

  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("must begin with https"));
  EXPECT_TRUE(client.is_at_end());
}

TEST_F(TlsTest, ClosesOnWhatIsNeither) {
  TestServer server(options());
  server.echo();
  Client noise = server.connect();

  noise.send(std::string(4'000, '\xee'));
  noise.finish_sending();
  EXPECT_EQ(noise.read_until_end().find("HTTP"), std::string::npos);

  TlsClient next(server.port());
  next.send(get);
  EXPECT_EQ(next.read_reply().status, 200);
}

TEST_F(TlsTest, SendsAReplyThatIsLargerThanTheSocketTakes) {
  TestServer server(options());
  TlsClient client(server.port(), {.receive_buffer = 4096});
  std::string body(10'000'000, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);

  client.send(get);
  server.answer(server.next_visit().exchange, {.body = body});

  EXPECT_TRUE(client.read_reply().body == body);
  server.echo();
  client.send(get);
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST_F(TlsTest, AnswersOnTheSpotMoreThanTheSocketTakesAndReadsOn) {
  TestServer server({.tls = tls_.get(), .limits = {.body_bytes_max = 20'000'000}});
  server.echo();
  TlsClient client(server.port(), {.receive_buffer = 4096});
  const std::string body(10'000'000, 'x');

  client.send(post(body));
  EXPECT_TRUE(client.read_reply().body == "POST / " + body);
  client.send(post("next"));

  EXPECT_EQ(client.read_reply().body, "POST / next");
}

TEST_F(TlsTest, TakesARequestByteByByte) {
  TestServer server(options());
  server.echo();
  TlsClient client(server.port());

  for (const char each : post("slowly")) client.send({&each, 1});

  EXPECT_EQ(client.read_reply().body, "POST / slowly");
}

TEST_F(TlsTest, SaysWhenItEnds) {
  TestServer server(options());
  server.echo();
  TlsClient client(server.port());

  client.send(get_and_leave);

  EXPECT_THAT(client.read_until_end(), HasSubstr("Connection: close"));
  EXPECT_TRUE(client.was_told_of_end());
}

TEST_F(TlsTest, NoticesAClientThatLeaves) {
  TestServer server(options());
  Visit visit;
  {
    TlsClient client(server.port());
    client.send(get);
    visit = server.next_visit();
  }

  EXPECT_EQ(server.next_gone(), visit.exchange);
}

TEST_F(TlsTest, ShowsNewClientsARenewedCertificateWhileOldOnesGoOn) {
  TestServer server(options());
  server.echo();
  TlsClient before(server.port());

  certificate_.replace("second");
  EXPECT_EQ(*tls_->look(), Tls::Look::renewed);
  const TlsClient after(server.port());
  before.send(get);

  EXPECT_EQ(before.read_reply().status, 200);
  EXPECT_EQ(before.certificate_name(), "first");
  EXPECT_EQ(after.certificate_name(), "second");
  EXPECT_EQ(*tls_->look(), Tls::Look::same);
}

TEST_F(TlsTest, KeepsItsCertificateIfTheNewOneIsBad) {
  TestServer server(options());

  certificate_.spoil();
  const auto looked = tls_->look();
  const TlsClient client(server.port());

  ASSERT_FALSE(looked.has_value());
  EXPECT_THAT(looked.error().message, HasSubstr(certificate_.files().key));
  EXPECT_EQ(client.certificate_name(), "first");
  EXPECT_EQ(*tls_->look(), Tls::Look::same);  // Told once.
}

TEST_F(TlsTest, RefusesAKeyOfAnotherCertificate) {
  const TestCertificate other("other");

  const auto opened =
      Tls::open({.certificate = certificate_.files().certificate, .key = other.files().key});

  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("holds no key of the certificate in"));
}

TEST_F(TlsTest, RefusesFilesThatAreNotThere) {
  const auto opened = Tls::open({.certificate = "/nowhere/tls.crt", .key = "/nowhere/tls.key"});

  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("/nowhere/tls.crt"));
}

TEST_F(TlsTest, GivesUpOnASlowHandshake) {
  Options limited = options();
  limited.handshake_time = 20ms;
  TestServer server(limited);
  Client silent = server.connect();
  Client slow = server.connect();

  slow.send("\x16\x03\x01\x02\x00\x01");  // A record's begin.

  EXPECT_TRUE(silent.is_at_end());
  EXPECT_TRUE(slow.is_at_end());
}

TEST_F(TlsTest, GivesUpOnASlowSenderWith408) {
  Options limited = options();
  limited.receive_time = 20ms;
  TestServer server(limited);
  TlsClient client(server.port());

  client.send("GET / HT");

  EXPECT_EQ(client.read_reply().status, 408);
}

TEST_F(TlsTest, RefusesLongHeadersAndBodies) {
  Options limited = options();
  limited.limits.body_bytes_max = 1'000;
  TestServer server(limited);
  TlsClient with_header(server.port());
  TlsClient with_body(server.port());

  with_header.send("GET / HTTP/1.1\r\nHost: here\r\nA: " + std::string(17'000, 'x') + "\r\n\r\n");
  with_body.send(post(std::string(100'000, 'x')));

  EXPECT_EQ(with_header.read_reply().status, 431);
  EXPECT_EQ(with_body.read_reply().status, 413);
}

TEST_F(TlsTest, BreaksOffTheOldestHandshakeWhenThereAreTooMany) {
  Options limited = options();
  limited.threads = 1;
  limited.handshakes_max = 2;
  TestServer server(limited);
  server.echo();
  Client first = server.connect();
  Client second = server.connect();

  TlsClient third(server.port());
  third.send(get);

  EXPECT_EQ(third.read_reply().status, 200);
  EXPECT_TRUE(first.is_at_end());
}

class Switch final : public Permit {
 public:
  bool is_valid() const override { return is_on_; }
  void turn_off() { is_on_ = false; }

 private:
  std::atomic<bool> is_on_ = true;
};

TEST_F(TlsTest, SendsNoByteOfAnAnswerWithoutItsPermit) {
  Switch permit;
  permit.turn_off();
  TestServer server(options());
  TlsClient client(server.port());
  client.send(get);

  EXPECT_FALSE(server.answer(server.next_visit().exchange, {.body = "told"}, &permit));

  EXPECT_EQ(client.read_until_end(), "");
}

TEST_F(TlsTest, EndsAnAnswerInTheMiddleWhenItsPermitEnds) {
  const std::string long_body(std::size_t{16} << 20, 'b');
  Switch permit;
  TestServer server(options());
  TlsClient client(server.port());
  client.send(get);
  EXPECT_TRUE(server.answer(server.next_visit().exchange, {.body = long_body}, &permit));

  permit.turn_off();

  EXPECT_LT(client.read_until_end().size(), long_body.size());
}

}  // namespace
}  // namespace mailrail::http
