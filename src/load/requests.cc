#include "load/requests.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "auth/canonical_request.h"

namespace mailrail::load {
namespace {

constexpr std::string_view json_type = "application/x-amz-json-1.0";
constexpr std::string_view form_type = "application/x-www-form-urlencoded; charset=utf-8";

// As long as a signature, and none.
constexpr std::string_view sham_signature =
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
    "Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024";

}  // namespace

Requests::Requests(Options options, Tag tag, Tagging tagging)
    : options_(std::move(options)), tag_(std::move(tag)), tagging_(tagging) {}

std::string Requests::send(std::string_view queue_url, const Outgoing& message) const {
  std::string body = fmt::format(R"({{"QueueUrl":"{}",)", queue_url);
  append_message(body, message);
  return json("SendMessage", body += '}');
}

std::string Requests::send_batch(std::string_view queue_url,
                                 std::span<const Outgoing> messages) const {
  std::string body = fmt::format(R"({{"QueueUrl":"{}","Entries":[)", queue_url);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    fmt::format_to(std::back_inserter(body), R"({}{{"Id":"{}",)", i == 0 ? "" : ",", i);
    append_message(body, messages[i]);
    body += '}';
  }
  return json("SendMessageBatch", body += "]}");
}

std::string Requests::send_by_query(std::string_view queue_url, const Outgoing& message) const {
  std::string body =
      fmt::format("Action=SendMessage&Version=2012-11-05&QueueUrl={}&MessageBody=", queue_url);
  append_body(body, message);
  append_group(body, message);
  return form("sqs", body);
}

std::string Requests::publish(std::string_view topic_arn,
                              const Outgoing& message,
                              std::string_view more) const {
  std::string body =
      fmt::format("Action=Publish&Version=2010-03-31&TopicArn={}&Message=", topic_arn);
  append_body(body, message);
  append_group(body, message);
  return form("sns", body += more);
}

std::string Requests::receive(std::string_view queue_url,
                              int messages_max,
                              int wait_seconds) const {
  return json("ReceiveMessage",
              fmt::format(R"({{"QueueUrl":"{}","MaxNumberOfMessages":{},"WaitTimeSeconds":{}}})",
                          queue_url, messages_max, wait_seconds));
}

std::string Requests::delete_batch(std::string_view queue_url,
                                   std::span<const std::string> receipt_handles) const {
  std::string body = fmt::format(R"({{"QueueUrl":"{}","Entries":[)", queue_url);
  for (std::size_t i = 0; i < receipt_handles.size(); ++i) {
    fmt::format_to(std::back_inserter(body), R"({}{{"Id":"{}","ReceiptHandle":"{}"}})",
                   i == 0 ? "" : ",", i, receipt_handles[i]);
  }
  return json("DeleteMessageBatch", body += "]}");
}

std::string Requests::json(std::string_view action, std::string_view body) const {
  return post(json_type, fmt::format("AmazonSQS.{}", action), "sqs", body);
}

std::string Requests::form(std::string_view service, std::string_view body) const {
  return post(form_type, "", service, body);
}

std::string Requests::post(std::string_view type,
                           std::string_view target,
                           std::string_view service,
                           std::string_view body) const {
  std::string request;
  request.reserve(body.size() + 768);
  fmt::format_to(std::back_inserter(request),
                 "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: {}\r\n", options_.path,
                 options_.host_header, type);
  if (!target.empty()) fmt::format_to(std::back_inserter(request), "X-Amz-Target: {}\r\n", target);
  request += authorization(type, target, service, body);
  fmt::format_to(std::back_inserter(request),
                 "User-Agent: mailrail-bench\r\nContent-Length: {}\r\n\r\n", body.size());
  return request += body;
}

std::string Requests::authorization(std::string_view type,
                                    std::string_view target,
                                    std::string_view service,
                                    std::string_view body) const {
  if (!options_.credentials) {
    return fmt::format(
        "X-Amz-Date: 20250101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 "
        "Credential=AKIAIOSFODNN7EXAMPLE/20250101/{}/{}/aws4_request, {}\r\n",
        options_.region, service, sham_signature);
  }
  http::Request request{.method = "POST", .target = options_.path, .body = std::string(body)};
  request.headers.add("Host", options_.host_header);
  request.headers.add("Content-Type", type);
  if (!target.empty()) request.headers.add("X-Amz-Target", target);
  std::string lines;
  for (const auto& [name, value] : auth::sign(request, {.credentials = *options_.credentials,
                                                        .region = options_.region,
                                                        .service = std::string(service),
                                                        .time = options_.now()}))
    fmt::format_to(std::back_inserter(lines), "{}: {}\r\n", name, value);
  return lines;
}

void Requests::append_body(std::string& out, const Outgoing& message) const {
  if (tagging_ == Tagging::tagged) tag_.append(out, message.number);
  out += message.text;
}

void Requests::append_message(std::string& out, const Outgoing& message) const {
  out += R"("MessageBody":")";
  append_body(out, message);
  out += '"';
  if (message.group.empty()) return;
  fmt::format_to(std::back_inserter(out),
                 R"(,"MessageGroupId":"{}","MessageDeduplicationId":"{}-{:012}")", message.group,
                 tag_.run(), message.number);
}

void Requests::append_group(std::string& out, const Outgoing& message) const {
  if (message.group.empty()) return;
  fmt::format_to(std::back_inserter(out), "&MessageGroupId={}&MessageDeduplicationId={}-{:012}",
                 auth::percent_encoded(message.group), tag_.run(), message.number);
}

}  // namespace mailrail::load
