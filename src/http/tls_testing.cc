#include "http/tls_testing.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/check.h"

namespace mailrail::http::testing {

namespace {

void write_pem(const std::string& file, const std::function<int(BIO*)>& write) {
  BIO* out = BIO_new_file(file.c_str(), "w");
  CHECK(out != nullptr && write(out) == 1);
  BIO_free(out);
}

X509* self_signed(EVP_PKEY* key, const std::string& name) {
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_set_pubkey(certificate, key);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  CHECK(names != nullptr && X509_add_ext(certificate, names, -1) == 1);
  X509_EXTENSION_free(names);
  CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
  return certificate;
}

}  // namespace

TestCertificate::TestCertificate(std::string_view name) {
  directory_ = std::filesystem::temp_directory_path() / "mailrail-tls-test-XXXXXX";
  CHECK(mkdtemp(directory_.data()) != nullptr);
  files_ = {.certificate = directory_ + "/tls.crt", .key = directory_ + "/tls.key"};
  replace(name);
}

TestCertificate::~TestCertificate() { std::filesystem::remove_all(directory_); }

// New files, as those who renew certificates make them: no look can take them for the old ones.
void TestCertificate::replace(std::string_view name) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = self_signed(key, std::string(name));
  const std::string fresh = directory_ + "/fresh";
  write_pem(fresh, [&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
  std::filesystem::rename(fresh, files_.certificate);
  write_pem(fresh, [&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  std::filesystem::rename(fresh, files_.key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void TestCertificate::spoil() const {
  std::ofstream(files_.certificate, std::ios::app) << "more";
  std::ofstream(files_.key) << "no key";
}

TlsClient::TlsClient(std::uint16_t port, const Options& options)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval wait = {.tv_sec = 10, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  if (options.receive_buffer > 0)
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer,
               sizeof options.receive_buffer);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);

  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  if (options.version_max != 0) SSL_CTX_set_max_proto_version(context, options.version_max);
  ssl_ = SSL_new(context);
  SSL_CTX_free(context);
  if (!options.alpn.empty()) {
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(options.alpn.data()),
                        static_cast<unsigned>(options.alpn.size()));
  }
  SSL_set_fd(ssl_, socket_);
  is_connected_ = SSL_connect(ssl_) == 1;
}

TlsClient::~TlsClient() {
  if (is_connected_) SSL_shutdown(ssl_);
  SSL_free(ssl_);
  close(socket_);
}

std::string TlsClient::certificate_name() const {
  char name[100] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(ssl_)), NID_commonName,
                            name, sizeof name);
  return name;
}

std::string TlsClient::chosen_protocol() const {
  const unsigned char* protocol = nullptr;
  unsigned bytes = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &bytes);
  return {reinterpret_cast<const char*>(protocol), bytes};
}

void TlsClient::send(std::string_view bytes) {
  CHECK(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0);
}

bool TlsClient::read_more() {
  char bytes[16 << 10];
  const int got = SSL_read(ssl_, bytes, sizeof bytes);
  if (got <= 0) return false;
  received_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

Reply TlsClient::read_reply() {
  constexpr std::string_view end = "\r\n\r\n", length = "\r\nContent-Length: ";
  while (received_.find(end) == std::string::npos) {
    if (!read_more()) return {};
  }
  Reply reply;
  reply.head = received_.substr(0, received_.find(end) + end.size());
  received_.erase(0, reply.head.size());
  reply.status = std::atoi(reply.head.c_str() + std::string_view("HTTP/1.1 ").size());
  const std::size_t place = reply.head.find(length);
  if (place == std::string::npos) return reply;
  const std::size_t size = std::strtoull(reply.head.c_str() + place + length.size(), nullptr, 10);
  while (received_.size() < size) {
    if (!read_more()) return {};
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

std::string TlsClient::read_until_end() {
  while (read_more()) {
  }
  return std::exchange(received_, {});
}

bool TlsClient::was_told_of_end() const {
  return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

}  // namespace mailrail::http::testing
