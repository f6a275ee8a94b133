#include "bench/requests.h"

#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace mailrail::bench {

namespace {

constexpr std::string_view authorization =
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250101/us-east-1/{}/aws4_request, "
    "SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target, "
    "Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024";

std::string authorization_for(std::string_view service) {
  return fmt::format(fmt::runtime(authorization), service);
}

// Letters only, so that the body is as long in JSON as it is.
std::string letters(std::size_t count) {
  std::string text(count, ' ');
  for (std::size_t index = 0; index < count; ++index)
    text[index] = static_cast<char>('a' + index * 7 % 26);
  return text;
}

}  // namespace

Requests::Requests(MessageShape shape, std::string host)
    : shape_(std::move(shape)),
      host_(std::move(host)),
      run_(fmt::format(
          "{:x}-{:x}", std::chrono::system_clock::now().time_since_epoch().count(), getpid())),
      body_(letters(shape_.body_bytes)) {}

std::string Requests::request(std::string_view action, std::string_view body) const {
  const std::string head = fmt::format(
      "Content-Type: application/x-amz-json-1.0\r\n"
      "X-Amz-Target: AmazonSQS.{}\r\n",
      action);
  return post(head, "sqs", body);
}

std::string Requests::query_request(std::string_view service, std::string_view form) const {
  return post("Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n", service, form);
}

std::string Requests::post(std::string_view head,
                           std::string_view service,
                           std::string_view body) const {
  return fmt::format(
      "POST / HTTP/1.1\r\n"
      "Host: {}\r\n"
      "{}"
      "X-Amz-Date: 20250101T000000Z\r\n"
      "Authorization: {}\r\n"
      "User-Agent: mailrail-load\r\n"
      "Content-Length: {}\r\n"
      "\r\n"
      "{}",
      host_, head, authorization_for(service), body.size(), body);
}

std::string_view Requests::query_body(std::uint64_t number) const {
  return shape_.bodies[number % shape_.bodies.size()];
}

void Requests::append_message(std::string& out, std::uint64_t number) const {
  fmt::format_to(std::back_inserter(out), R"("MessageBody":"{}")", body_);
  if (shape_.groups == 0) return;
  fmt::format_to(std::back_inserter(out),
                 R"(,"MessageGroupId":"group-{:08}","MessageDeduplicationId":"{}-{:012}")",
                 shape_.first_group + number % shape_.groups, run_, number);
}

std::string Requests::publish(std::uint64_t number) const {
  return query_request(
      "sns", fmt::format("Action=Publish&Version=2010-03-31&TopicArn={}&Message={}{}",
                         shape_.topic_arn, query_body(number), shape_.publish_parameters));
}

std::string Requests::send(std::uint64_t first) const {
  if (!shape_.bodies.empty()) {
    return query_request(
        "sqs", fmt::format("Action=SendMessage&Version=2012-11-05&QueueUrl={}&MessageBody={}",
                           shape_.queue_url, query_body(first)));
  }
  std::string body = fmt::format(R"({{"QueueUrl":"{}",)", shape_.queue_url);
  append_message(body, first);
  return request("SendMessage", body += '}');
}

std::string Requests::send_batch(std::uint64_t first, std::size_t count) const {
  std::string body = fmt::format(R"({{"QueueUrl":"{}","Entries":[)", shape_.queue_url);
  for (std::size_t index = 0; index < count; ++index) {
    body += fmt::format(R"({}{{"Id":"{}",)", index == 0 ? "" : ",", index);
    append_message(body, first + index);
    body += '}';
  }
  return request("SendMessageBatch", body += "]}");
}

std::string Requests::receive(int message_count_max, int wait_seconds) const {
  return request("ReceiveMessage",
                 fmt::format(R"({{"QueueUrl":"{}","MaxNumberOfMessages":{},"WaitTimeSeconds":{}}})",
                             shape_.queue_url, message_count_max, wait_seconds));
}

std::string Requests::delete_batch(std::span<const std::string> receipt_handles) const {
  std::string body = fmt::format(R"({{"QueueUrl":"{}","Entries":[)", shape_.queue_url);
  for (std::size_t index = 0; index < receipt_handles.size(); ++index) {
    body += fmt::format(R"({}{{"Id":"{}","ReceiptHandle":"{}"}})", index == 0 ? "" : ",", index,
                        receipt_handles[index]);
  }
  return request("DeleteMessageBatch", body += "]}");
}

}  // namespace mailrail::bench
