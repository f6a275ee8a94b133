// What the client does not send, and where it does not go.

#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/endpoint_testing.h"
#include "client/http_client.h"

namespace mailrail::client {
namespace {

using testing::anywhere;
using testing::ask;
using testing::Certificate;
using testing::Connection;
using testing::Endpoint;
using ::testing::HasSubstr;
using testing::outcome;
using testing::post;

HttpClient::Options with_rules(AddressRules rules) { return {.addresses = std::move(rules)}; }

TEST(HttpClientRefusal, IsOfAnAddressHoweverItIsSpelt) {
  Endpoint endpoint;
  HttpClient client(with_rules({.otherwise = AddressRules::Default::deny_private}));

  EXPECT_EQ(ask(client, {.url = endpoint.url()}),
            (HttpOutcome{.why = "127.0.0.1 is in 127.0.0.0/8, this machine (RFC 1122), where "
                                "webhooks don't go unless told; --webhook-allow 127.0.0.1/32 would "
                                "allow it."}));
  for (const char* each : {"2130706433", "0177.0.0.1", "0x7f000001", "127.1", "user:word@127.0.0.1",
                           "localhost", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]", "0", "[::]"}) {
    const HttpOutcome told = ask(client, {.url = endpoint.url(each), .timeout = 5s});
    EXPECT_EQ(told.status, 0) << each;
    EXPECT_THAT(told.why, HasSubstr("--webhook-allow")) << each;
  }

  EXPECT_FALSE(endpoint.has_visitor());
}

TEST(HttpClientRefusal, IsOfWhatIsDeniedOnly) {
  Endpoint endpoint;
  HttpClient client(with_rules({.otherwise = AddressRules::Default::allow_all,
                                .denied = {*parse_address_range("127.0.0.2")}}));

  auto told = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.answer(200);
  EXPECT_EQ(outcome(told).status, 200);
  EXPECT_EQ(ask(client, {.url = endpoint.url("127.0.0.2")}).why,
            "127.0.0.2 is in 127.0.0.2/32, which --webhook-deny names; only leaving that out would "
            "allow it.");
}

TEST(HttpClientRefusal, EndsWithTheAllowedRange) {
  Endpoint endpoint;
  HttpClient client(with_rules({.otherwise = AddressRules::Default::deny_private,
                                .allowed = {*parse_address_range("127.0.0.0/30")}}));

  auto told = post(client, {.url = endpoint.url()});
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.answer(200);
  EXPECT_EQ(outcome(told).status, 200);
  EXPECT_THAT(ask(client, {.url = endpoint.url("127.0.0.4")}).why,
              HasSubstr("--webhook-allow 127.0.0.4/32"));
}

TEST(HttpClientRefusal, IsOfHeadersThatCouldBeMoreThanOne) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  for (const std::string& value : {std::string("a\r\nX-Other: b"), std::string("a\nb"),
                                   std::string("a\rb"), std::string("a\0b", 3)}) {
    EXPECT_EQ(ask(client, {.url = endpoint.url(), .headers = {{"X-One", value}}}),
              (HttpOutcome{.why = "The value of the header X-One holds a line break or another "
                                  "control character."}));
  }
  for (const std::string& name : {std::string(), std::string("X-One: a\r\nX-Other"),
                                  std::string("X One"), std::string("X\0", 2)}) {
    EXPECT_EQ(ask(client, {.url = endpoint.url(), .headers = {{name, "a"}}}),
              (HttpOutcome{.why = "The name of a header is empty or holds a character that no name "
                                  "may."}));
  }
  for (const std::string name : {"content-length", "Transfer-Encoding"}) {
    EXPECT_EQ(ask(client, {.url = endpoint.url(), .headers = {{name, "0"}}}),
              (HttpOutcome{.why = "The header " + name +
                                  " is not the caller's to set: it follows from the body."}));
  }

  EXPECT_FALSE(endpoint.has_visitor());
}

TEST(HttpClientRefusal, IsOfOtherProtocols) {
  HttpClient client(anywhere());

  for (const char* each : {"ftp", "file", "gopher", "dict", "smb", "telnet", "ldap"}) {
    EXPECT_EQ(ask(client, {.url = std::string(each) + "://127.0.0.1/x"}).why,
              fmt::format("The URL must begin with http:// or https://, not {}://.", each));
  }
}

TEST(HttpClientRefusal, IsOfAProxy) {
  Endpoint endpoint, proxy;
  // No other thread is there to read the environment.
  for (const char* each : {"http_proxy", "all_proxy", "ALL_PROXY"})
    setenv(each, proxy.url().c_str(), 1);
  {
    HttpClient client(anywhere());
    auto told = post(client, {.url = endpoint.url()});
    Connection connection = endpoint.accept();
    connection.read_request();
    connection.answer(200);
    EXPECT_EQ(outcome(told).status, 200);
  }
  for (const char* each : {"http_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(each);

  EXPECT_FALSE(proxy.has_visitor());
}

std::string secure_url(const Endpoint& endpoint, std::string_view host) {
  return fmt::format("https://{}:{}/", host, endpoint.port());
}

TEST(HttpClientRefusal, IsOfACertificateThatNobodyVouchesFor) {
  Endpoint endpoint;
  const Certificate certificate("localhost");
  HttpClient client(anywhere());

  auto told = post(client, {.url = secure_url(endpoint, "localhost")});
  EXPECT_FALSE(endpoint.accept().start_tls(certificate));

  EXPECT_THAT(outcome(told).why,
              HasSubstr(fmt::format("No TLS with localhost:{}: SSL certificate problem: ",
                                    endpoint.port())));
}

TEST(HttpClientRefusal, IsOfACertificateOfAnotherHost) {
  Endpoint endpoint;
  const Certificate certificate("other.example");
  HttpClient::Options options = anywhere();
  options.ca_file = certificate.file();
  HttpClient client(options);

  auto told = post(client, {.url = secure_url(endpoint, "localhost")});
  Connection connection = endpoint.accept();
  connection.start_tls(certificate);
  EXPECT_EQ(connection.read_request(), "");

  EXPECT_THAT(
      outcome(told).why,
      HasSubstr("no alternative certificate subject name matches target host name 'localhost'"));
}

TEST(HttpClientRefusal, IsNotOfACertificateThatIsRight) {
  Endpoint endpoint;
  const Certificate certificate("localhost");
  HttpClient::Options options = anywhere();
  options.ca_file = certificate.file();
  HttpClient client(options);

  auto told = post(client, {.url = secure_url(endpoint, "localhost"), .body = "secret"});
  Connection connection = endpoint.accept();
  ASSERT_TRUE(connection.start_tls(certificate));
  EXPECT_THAT(connection.read_request(), HasSubstr("\r\n\r\nsecret"));
  connection.answer(200);

  EXPECT_EQ(outcome(told).status, 200);
}

TEST(HttpClientRefusal, IsOfAnEndpointWithoutTls) {
  Endpoint endpoint;
  HttpClient client(anywhere());

  auto told = post(client, {.url = secure_url(endpoint, "localhost")});
  Connection connection = endpoint.accept();
  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

  EXPECT_THAT(outcome(told).why, HasSubstr("No TLS with localhost"));
}

}  // namespace
}  // namespace mailrail::client
