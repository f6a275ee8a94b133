// MessageRecord: what SQS keeps of a message, as bytes inside its Sent fact: for ever, like the
// facts.
//
// The engine never looks into it. Group and deduplication id are not in it: the fact has them.

#pragma once

#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/md5_lanes.h"
#include "base/result.h"
#include "sqs/message_attribute_value.h"

namespace mailrail::sqs {

struct MessageRecord {
  std::string_view body;
  Md5 body_md5{};
  MessageAttributes attributes;
  std::string_view sender_id;
  std::string_view trace_header;  // Empty: none.
};

std::string encode_record(const MessageRecord& record);

// Where an encoded record has the digest of its body.
Md5Batch::Place digest_place(std::string& record);
Md5 digest_in(std::string_view record);

// Views point into `bytes`.
Result<MessageRecord> decode_record(std::string_view bytes);

}  // namespace mailrail::sqs
