#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "bench/micro/case.h"
#include "sqs/message_record.h"
#include "sqs/message_shapes.h"
#include "wire/json_decode.h"
#include "wire/json_encode.h"
#include "wire/query_decode.h"

namespace mailrail::bench {
namespace {

const std::string body(1024, 'x');

sqs::SendMessageInput input() {
  return {.queue_url = "http://127.0.0.1:4566/000000000000/chat.fifo",
          .message_body = body,
          .delay_seconds = {},
          .message_attributes = {{"lang", {.string_value = "en", .data_type = "String"}}},
          .message_system_attributes = {},
          .message_deduplication_id = "5e1f09ab-000000000123",
          .message_group_id = "group-00000042"};
}

sqs::ReceiveMessageOutput output() {
  sqs::ReceiveMessageOutput output;
  for (int i = 0; i < 10; ++i) {
    output.messages.push_back(
        {.message_id = "5fea7756-0ea4-451a-a703-a558b933e274",
         .receipt_handle = std::string(88, 'h'),
         .md5_of_body = std::string(32, 'f'),
         .body = body,
         .attributes = {{"MessageGroupId", "group-00000042"}, {"SentTimestamp", "1700000000000"}},
         .md5_of_message_attributes = {},
         .message_attributes = {}});
  }
  return output;
}

}  // namespace

std::vector<Case> codec_cases() {
  return {
      {"codec/decode_json_send",
       [] {
         return [text = wire::encode_json(input())] {
           CHECK(wire::decode_json<sqs::SendMessageInput>(text).has_value());
         };
       }},
      {"codec/encode_json_receive_10",
       [] { return [made = output()] { benchmark::DoNotOptimize(wire::encode_json(made)); }; }},
      {"codec/decode_query_send",
       [] {
         return [text =
                     "Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2F127.0.0.1%2Fq"
                     "&MessageGroupId=group-00000042&MessageBody=" +
                     body] {
           const auto form = wire::Form::parse("", text);
           CHECK(form && wire::decode_query<sqs::SendMessageInput>(*form));
         };
       }},
      {"codec/encode_record",
       [] {
         return [] {
           benchmark::DoNotOptimize(
               sqs::encode_record({.body = body, .attributes = {}, .sender_id = "AIDA"}));
         };
       }},
      {"codec/decode_record",
       [] {
         return
             [bytes = sqs::encode_record({.body = body, .attributes = {}, .sender_id = "AIDA"})] {
               CHECK(sqs::decode_record(bytes).has_value());
             };
       }},
  };
}

}  // namespace mailrail::bench
