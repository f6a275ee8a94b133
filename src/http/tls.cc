#include "http/tls.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/check.h"

namespace mailrail::http {

namespace {

// What one record holds. Head and body of a usual reply are one, and leave in one system call.
constexpr std::size_t record_bytes_max = 16 << 10;

// Forward secrecy and authenticated encryption; those of TLS 1.3 are all like that.
constexpr const char* tls_1_2_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// As a list of ALPN, RFC 7301.
constexpr std::string_view http_1_1 = "\x08http/1.1";

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

std::string reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text == nullptr ? "no reason is known" : text;
}

// A client that offers none takes HTTP/1.1 for granted.
int choose_protocol(SSL*,
                    const unsigned char** chosen,
                    unsigned char* chosen_bytes,
                    const unsigned char* offered,
                    unsigned int offered_bytes,
                    // NOLINTNEXTLINE(tidy-void-pointer): as OpenSSL's callbacks are.
                    void*) {
  unsigned char* found = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(http_1_1.data());
  const int outcome =
      SSL_select_next_proto(&found, chosen_bytes, ours, http_1_1.size(), offered, offered_bytes);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// Instead of a question on the terminal.
// NOLINTNEXTLINE(tidy-void-pointer): as OpenSSL's callbacks are.
int no_password(char*, int, int, void*) { return -1; }

int receive(BIO* bio, char* into, int bytes) {
  BIO_clear_retry_flags(bio);
  const auto* session = static_cast<const TlsSession*>(BIO_get_data(bio));
  const int got = session->receive(into, static_cast<std::size_t>(bytes));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return got;
}

int send(BIO* bio, const char* from, int bytes) {
  BIO_clear_retry_flags(bio);
  const auto* session = static_cast<const TlsSession*>(BIO_get_data(bio));
  const int sent = session->send(from, static_cast<std::size_t>(bytes));
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return sent;
}

// NOLINTNEXTLINE(tidy-void-pointer): as OpenSSL's callbacks are.
long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* make_socket_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
  CHECK(method != nullptr);
  BIO_meth_set_read(method, &receive);
  BIO_meth_set_write(method, &send);
  BIO_meth_set_ctrl(method, &control);
  return method;
}

const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = make_socket_method();
  return method;
}

Context make_context() {
  Context context(SSL_CTX_new(TLS_server_method()));
  CHECK(context != nullptr);
  SSL_CTX* raw = context.get();
  CHECK(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1);
  CHECK(SSL_CTX_set_cipher_list(raw, tls_1_2_ciphers) == 1);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
  // An idle session holds no buffers.
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  // Clients that come again bring their session in a ticket; nothing is kept here.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  SSL_CTX_set_default_passwd_cb(raw, &no_password);
  SSL_CTX_set_alpn_select_cb(raw, &choose_protocol, nullptr);
  return context;
}

std::chrono::sys_seconds end_of(const SSL_CTX* context) {
  std::tm time = {};
  const X509* certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1)
    return {};
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&time)));
}

std::string stamp_of(const std::string& file) {
  struct stat found = {};
  if (::stat(file.c_str(), &found) != 0) return "none";
  return fmt::format("{}.{}.{}.{}.{}", found.st_dev, found.st_ino, found.st_size,
                     found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
}

std::string stamp_of(const TlsFiles& files) {
  return fmt::format("{} {}", stamp_of(files.certificate), stamp_of(files.key));
}

Result<Context> load(const TlsFiles& files) {
  ERR_clear_error();
  Context context = make_context();
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return fail(errors::unusable,
                fmt::format("The file {} holds no certificate for TLS that can be used ({}). It "
                            "must be PEM: the server's certificate first, then those that lead to "
                            "its root.",
                            files.certificate, reason()));
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(errors::unusable,
                fmt::format("The file {} holds no key of the certificate in {} that can be used "
                            "({}). It must be PEM, and have no password.",
                            files.key, files.certificate, reason()));
  }
  return context;
}

}  // namespace

struct Tls::Loaded {
  Context context;
  std::chrono::sys_seconds valid_until;
};

Tls::Tls(TlsFiles files) : files_(std::move(files)) {}

Result<std::unique_ptr<Tls>> Tls::open(TlsFiles files) {
  std::unique_ptr<Tls> tls(new Tls(std::move(files)));
  TRY(tls->reload());
  return tls;
}

std::unique_ptr<TlsSession> Tls::greet(int socket) const {
  return std::make_unique<TlsSession>(loaded()->context.get(), socket);
}

std::chrono::sys_seconds Tls::valid_until() const { return loaded()->valid_until; }

std::shared_ptr<const Tls::Loaded> Tls::loaded() const {
  const std::scoped_lock lock(mutex_);
  return loaded_;
}

Result<void> Tls::reload() {
  // Taken before: what changes while it is read is read again.
  stamp_ = stamp_of(files_);
  Context context = TRY(load(files_));
  const std::chrono::sys_seconds end = end_of(context.get());
  auto fresh =
      std::make_shared<const Loaded>(Loaded{.context = std::move(context), .valid_until = end});
  const std::scoped_lock lock(mutex_);
  loaded_ = std::move(fresh);
  return {};
}

Result<Tls::Look> Tls::look() {
  if (stamp_of(files_) == stamp_) return Look::same;
  TRY(reload());
  return Look::renewed;
}

// The session holds the context by itself.
TlsSession::TlsSession(SSL_CTX* context, int socket) : ssl_(SSL_new(context)), socket_(socket) {
  CHECK(ssl_ != nullptr);
  BIO* bio = BIO_new(socket_method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

int TlsSession::receive(char* into, std::size_t bytes) const {
  return static_cast<int>(::recv(socket_, into, bytes, 0));
}

int TlsSession::send(const char* from, std::size_t bytes) const {
  if (permit_ != nullptr && !permit_->is_valid()) {
    errno = EPERM;
    return -1;
  }
  return static_cast<int>(::send(socket_, from, bytes, MSG_NOSIGNAL));
}

TlsSession::Transfer TlsSession::transfer(int returned, std::size_t bytes) const {
  if (returned == 1) return {Outcome::done, bytes};
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ:
      return {Outcome::wants_to_read};
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::wants_to_write};
    default:
      const bool was_plain = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
      ERR_clear_error();
      return {was_plain ? Outcome::was_plain_http : Outcome::ended};
  }
}

TlsSession::Transfer TlsSession::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int returned = SSL_read_ex(ssl_, into.data(), into.size(), &bytes);
  return transfer(returned, bytes);
}

bool TlsSession::is_established() const { return SSL_is_init_finished(ssl_) == 1; }

TlsSession::Transfer TlsSession::write(std::string_view first,
                                       std::string_view second,
                                       const Permit* permit) {
  static thread_local std::array<char, record_bytes_max> record;
  permit_ = permit;
  std::size_t written = 0;
  while (!first.empty() || !second.empty()) {
    const std::size_t of_first = first.copy(record.data(), record.size());
    const std::size_t of_second = second.copy(record.data() + of_first, record.size() - of_first);
    ERR_clear_error();
    std::size_t bytes = 0;
    const int returned = SSL_write_ex(ssl_, record.data(), of_first + of_second, &bytes);
    const Transfer step = transfer(returned, bytes);
    if (step.outcome != Outcome::done)
      return {written > 0 && step.outcome == Outcome::wants_to_write ? Outcome::done : step.outcome,
              written};
    written += bytes;
    const std::size_t gone = std::min(bytes, first.size());
    first.remove_prefix(gone);
    second.remove_prefix(bytes - gone);
  }
  return {Outcome::done, written};
}

void TlsSession::finish_sending() {
  ERR_clear_error();
  if (is_established()) SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace mailrail::http
