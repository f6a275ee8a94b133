#include "sqs/message_record.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"

namespace mailrail::sqs {
namespace {

constexpr std::uint8_t record_version = 1;
constexpr std::size_t digest_offset = 2;  // Behind the version and its own length.
constexpr std::uint8_t string_carried = 1;
constexpr std::uint8_t binary_carried = 2;

std::string_view view(const Md5& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string encode_record(const MessageRecord& record) {
  std::string bytes;
  bytes.reserve(record.body.size() + 128);
  ByteWriter out(bytes);
  out.u8(record_version);
  out.string(view(record.body_md5));
  out.string(record.sender_id);
  out.string(record.trace_header);
  out.varint(record.attributes.size());
  for (const auto& [name, value] : record.attributes) {
    out.string(name);
    out.string(value.data_type);
    out.u8(value.binary_value ? binary_carried : string_carried);
    out.string(value.binary_value ? value.binary_value->bytes : value.string_value.value_or(""));
  }
  out.string(record.body);
  return bytes;
}

Md5Batch::Place digest_place(std::string& record) {
  CHECK(record.size() >= digest_offset + Md5Batch::Place::extent);
  return Md5Batch::Place(record.data() + digest_offset, Md5Batch::Place::extent);
}

Md5 digest_in(std::string_view record) {
  Md5 digest;
  CHECK(record.size() >= digest_offset + digest.size());
  std::ranges::copy(record.substr(digest_offset, digest.size()), digest.begin());
  return digest;
}

Result<MessageRecord> decode_record(std::string_view bytes) {
  ByteReader in(bytes);
  MessageRecord record;
  if (in.u8() != record_version)
    return fail(errors::corrupt, "a message record of an unknown version");
  const std::string_view digest = in.string();
  if (digest.size() == record.body_md5.size()) std::ranges::copy(digest, record.body_md5.begin());
  record.sender_id = in.string();
  record.trace_header = in.string();
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    MessageAttributeValue& value = record.attributes[std::string(in.string())];
    value.data_type = in.string();
    const std::uint8_t carried = in.u8();
    const std::string_view content = in.string();
    if (carried == binary_carried) {
      value.binary_value = Blob{std::string(content)};
    } else {
      value.string_value = content;
    }
  }
  record.body = in.string();
  if (in.failed() || digest.size() != record.body_md5.size())
    return fail(errors::corrupt, "a message record that cannot be read");
  return record;
}

}  // namespace mailrail::sqs
