// What tests of TLS need: a certificate of their own, in files, and a client that speaks it.
//
// The client blocks, and trusts whatever certificate it is shown; it tells whose that is.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/test_client.h"
#include "http/tls.h"

struct ssl_st;

namespace mailrail::http::testing {

// For 127.0.0.1, under a name to know it by, in a directory that goes with it.
class TestCertificate {
 public:
  explicit TestCertificate(std::string_view name);
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  // Another certificate with another key, in the same files.
  void replace(std::string_view name) const;
  void spoil() const;
  const TlsFiles& files() const { return files_; }

 private:
  std::string directory_;
  TlsFiles files_;
};

class TlsClient {
 public:
  struct Options {
    int version_max = 0;         // 0: the newest.
    std::string_view alpn = {};  // As on the wire.
    int receive_buffer = 0;      // A small one makes a slow reader.
  };
  TlsClient(std::uint16_t port, const Options& options);
  explicit TlsClient(std::uint16_t port) : TlsClient(port, Options{}) {}
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool is_connected() const { return is_connected_; }
  std::string certificate_name() const;  // Of the server's.
  std::string chosen_protocol() const;   // By ALPN.

  void send(std::string_view bytes);
  Reply read_reply();
  std::string read_until_end();
  // The server has said that this is the end, and not just closed.
  bool was_told_of_end() const;

 private:
  bool read_more();

  int socket_;
  ssl_st* ssl_ = nullptr;
  bool is_connected_ = false;
  std::string received_;
};

}  // namespace mailrail::http::testing
