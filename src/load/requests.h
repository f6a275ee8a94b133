// Requests: the calls of a run as bytes ready to send: AWS JSON 1.0 to SQS with the headers that an
// SDK sends, AWS Query to SNS, and to SQS where a publish and a send are compared.
//
// They are signed where there are credentials; else the Authorization is as long as a real one and
// signs nothing, and only its region counts.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/sigv4.h"
#include "base/time.h"
#include "load/endpoint.h"
#include "load/tag.h"

namespace mailrail::load {

// Texts stand in it as they are, so they have their escapes already, of JSON or of a form.
struct Outgoing {
  std::uint64_t number = 0;
  std::string_view text;   // Of the body, behind its tag.
  std::string_view group;  // Empty: of a standard queue.
};

enum class Tagging : std::uint8_t { tagged, plain };

class Requests {
 public:
  struct Options {
    std::string host_header;
    std::string path = "/";
    std::string region;
    std::optional<auth::Credentials> credentials = {};
    std::function<Instant()> now = {};  // For signatures.
  };

  // A run's deduplication ids have its name in them, so they are not those of another run.
  Requests(Options options, Tag tag, Tagging tagging = Tagging::tagged);

  std::string send(std::string_view queue_url, const Outgoing& message) const;
  std::string send_batch(std::string_view queue_url, std::span<const Outgoing> messages) const;
  std::string send_by_query(std::string_view queue_url, const Outgoing& message) const;
  // `more` goes on the form: `&MessageAttributes.entry.1...`.
  std::string publish(std::string_view topic_arn,
                      const Outgoing& message,
                      std::string_view more = {}) const;
  std::string receive(std::string_view queue_url, int messages_max, int wait_seconds) const;
  std::string delete_batch(std::string_view queue_url,
                           std::span<const std::string> receipt_handles) const;

  const Tag& tag() const { return tag_; }

 private:
  std::string json(std::string_view action, std::string_view body) const;
  std::string form(std::string_view service, std::string_view body) const;
  std::string post(std::string_view type,
                   std::string_view target,
                   std::string_view service,
                   std::string_view body) const;
  std::string authorization(std::string_view type,
                            std::string_view target,
                            std::string_view service,
                            std::string_view body) const;
  void append_body(std::string& out, const Outgoing& message) const;
  void append_message(std::string& out, const Outgoing& message) const;
  void append_group(std::string& out, const Outgoing& message) const;

  const Options options_;
  const Tag tag_;
  const Tagging tagging_;
};

}  // namespace mailrail::load
