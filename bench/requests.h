// The requests of the load generator, as bytes ready to send: AWS JSON 1.0 with the headers an SDK
// sends, or AWS Query where a publish and a send are compared, as topics know no other. The
// Authorization is as long as a real one, but signs nothing.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mailrail::bench {

struct MessageShape {
  std::string queue_url;
  std::size_t body_bytes = 1024;
  std::uint64_t groups =
      0;  // 0: a standard queue. Otherwise message N goes to group N modulo this.
  std::uint64_t first_group = 0;
  // Instead of a body of that size: message N has body N modulo this, by AWS Query. As a form has
  // them, percent-encoded.
  std::vector<std::string> bodies = {};
  std::string topic_arn = {};
  std::string publish_parameters = {};  // More of a publish: `&MessageAttributes.entry.1...`.
};

class Requests {
 public:
  Requests(MessageShape shape, std::string host);

  // Messages are numbered from `first`; their deduplication ids never repeat, also not in another
  // run.
  std::string send(std::uint64_t first) const;
  std::string send_batch(std::uint64_t first, std::size_t count) const;

  std::string publish(std::uint64_t number) const;

  std::string receive(int message_count_max, int wait_seconds) const;
  std::string delete_batch(std::span<const std::string> receipt_handles) const;

 private:
  std::string request(std::string_view action, std::string_view body) const;
  std::string query_request(std::string_view service, std::string_view form) const;
  // `head` says of what type the body is.
  std::string post(std::string_view head, std::string_view service, std::string_view body) const;
  std::string_view query_body(std::uint64_t number) const;
  void append_message(std::string& out, std::uint64_t number) const;

  const MessageShape shape_;
  const std::string host_;
  const std::string run_;  // Tells this run's deduplication ids from all others'.
  const std::string body_;
};

}  // namespace mailrail::bench
