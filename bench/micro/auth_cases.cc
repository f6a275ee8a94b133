#include <string>
#include <utility>

#include "auth/signature.h"
#include "auth/sigv4.h"
#include "base/check.h"
#include "bench/micro/case.h"
#include "http/message.h"

namespace mailrail::bench {
namespace {

constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

// A send as an SDK signs it.
http::Request signed_send() {
  http::Request request{.method = "POST", .target = "/"};
  for (const auto& [name, value] :
       {std::pair("Host", "127.0.0.1:4566"), std::pair("User-Agent", "aws-sdk-js/3.1169.0 ua/2.1"),
        std::pair("Content-Type", "application/x-amz-json-1.0"),
        std::pair("X-Amz-Target", "AmazonSQS.SendMessage")})
    request.headers.add(name, value);
  request.body = R"({"QueueUrl":"http://127.0.0.1:4566/000000000000/chat","MessageBody":")" +
                 std::string(1024, 'x') + "\"}";
  const auto added =
      auth::sign(request, {.credentials = {.key_id = "AKIDEXAMPLE", .secret = std::string(secret)},
                           .region = "us-east-1",
                           .service = "sqs",
                           .time = *auth::parse_signature_time("20150830T123600Z")});
  for (const auto& [name, value] : added) request.headers.add(name, value);
  return request;
}

}  // namespace

std::vector<Case> auth_cases() {
  return {{"auth/verify_send", [] {
             return [request = signed_send()] {
               const auto signature = auth::read_signature(request);
               CHECK(signature.has_value() && signature->has_value());
               CHECK(auth::expect_made_by(**signature, secret, request).has_value());
             };
           }}};
}

}  // namespace mailrail::bench
