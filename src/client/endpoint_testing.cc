#include "client/endpoint_testing.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/check.h"

namespace mailrail::client::testing {
namespace {

constexpr auto patience = 10s;

void be_patient(int socket) {
  const timeval wait = {.tv_sec = patience.count(), .tv_usec = 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

void add_extension(X509& certificate, int name, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, name, value);
  CHECK(extension != nullptr && X509_add_ext(&certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

X509* certificate_of(EVP_PKEY& key, const std::string& host) {
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, &key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  add_extension(*certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(*certificate, NID_subject_alt_name, ("DNS:" + host).c_str());
  CHECK(X509_sign(certificate, &key, EVP_sha256()) > 0);
  return certificate;
}

}  // namespace

Certificate::Certificate(const std::string& host)
    : file_(::testing::TempDir() + "mailrail-certificate-XXXXXX"),
      context_(SSL_CTX_new(TLS_server_method())) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = certificate_of(*key, host);
  // So an endpoint writes nothing after the handshake to a client that may have gone.
  SSL_CTX_set_num_tickets(context_, 0);
  SSL_CTX_use_certificate(context_, certificate);
  SSL_CTX_use_PrivateKey(context_, key);
  std::FILE* const file = fdopen(mkstemp(file_.data()), "w");
  CHECK(file != nullptr && PEM_write_X509(file, certificate) == 1);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

Certificate::~Certificate() {
  SSL_CTX_free(context_);
  std::remove(file_.c_str());
}

Connection::~Connection() {
  SSL_free(tls_);
  if (socket_ >= 0) close(socket_);
}

Connection::Connection(Connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      tls_(std::exchange(other.tls_, nullptr)),
      received_(std::move(other.received_)) {}

bool Connection::start_tls(const Certificate& certificate) {
  tls_ = SSL_new(certificate.context());
  SSL_set_fd(tls_, socket_);
  return SSL_accept(tls_) == 1;
}

bool Connection::read_more() {
  char bytes[64 << 10];
  const ssize_t got =
      tls_ != nullptr ? SSL_read(tls_, bytes, sizeof bytes) : recv(socket_, bytes, sizeof bytes, 0);
  EXPECT_FALSE(got < 0 && errno == EAGAIN) << "Nothing came in time.";
  if (got <= 0) return false;
  received_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::string Connection::read_request() {
  constexpr std::string_view end = "\r\n\r\n", length = "\r\nContent-Length: ";
  while (!received_.contains(end)) {
    if (!read_more()) return {};
  }
  const std::size_t place = received_.find(length);
  const std::size_t body =
      place == std::string::npos
          ? 0
          : std::strtoull(received_.c_str() + place + length.size(), nullptr, 10);
  const std::size_t size = received_.find(end) + end.size() + body;
  while (received_.size() < size) {
    if (!read_more()) return {};
  }
  std::string request = received_.substr(0, size);
  received_.erase(0, size);
  return request;
}

bool Connection::send(std::string_view bytes) {
  if (tls_ != nullptr) return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Connection::answer(int status, std::string_view body) {
  EXPECT_TRUE(send(fmt::format("HTTP/1.1 {} As It Is\r\nContent-Length: {}\r\n\r\n{}", status,
                               body.size(), body)));
}

bool Connection::is_at_end() { return received_.empty() && !read_more(); }

Endpoint::Endpoint(int backlog) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const general = reinterpret_cast<sockaddr*>(&address);
  socklen_t bytes = sizeof address;
  CHECK(bind(socket_, general, bytes) == 0);
  CHECK(getsockname(socket_, general, &bytes) == 0);
  CHECK(listen(socket_, backlog) == 0);
  be_patient(socket_);
  port_ = ntohs(address.sin_port);
}

Endpoint::~Endpoint() { close(socket_); }

std::string Endpoint::url(std::string_view host, std::string_view path) const {
  return fmt::format("http://{}:{}{}", host, port_, path);
}

Connection Endpoint::accept() {
  const int accepted = ::accept(socket_, nullptr, nullptr);
  EXPECT_GE(accepted, 0) << "Nobody came.";
  be_patient(accepted);
  return Connection(accepted);
}

bool Endpoint::has_visitor() const {
  pollfd listening = {.fd = socket_, .events = POLLIN, .revents = 0};
  return poll(&listening, 1, 0) > 0;
}

HttpClient::Options anywhere() {
  return {.addresses = {.otherwise = AddressRules::Default::allow_all}};
}

std::future<HttpOutcome> post(HttpClient& client, HttpRequest request) {
  const auto promise = std::make_shared<std::promise<HttpOutcome>>();
  std::future<HttpOutcome> future = promise->get_future();
  client.post(std::move(request), [promise](HttpOutcome told) { promise->set_value(told); });
  return future;
}

HttpOutcome outcome(std::future<HttpOutcome>& promised) {
  if (promised.wait_for(patience) != std::future_status::ready) {
    ADD_FAILURE() << "No outcome was told.";
    return {};
  }
  return promised.get();
}

HttpOutcome ask(HttpClient& client, HttpRequest request) {
  auto promised = post(client, std::move(request));
  return outcome(promised);
}

// Each round of the client's thread tells of URLs that are none before it begins anything; so the
// third is told after whatever the first found waiting was begun, and libcurl has been at it.
void settle(HttpClient& client) {
  for (int round = 0; round < 3; ++round) EXPECT_EQ(ask(client, {.url = "none"}).status, 0);
}

}  // namespace mailrail::client::testing
