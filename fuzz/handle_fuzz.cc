// Receipt handles, which clients hand back: only one that this server made is ever believed, and it
// says what it said when it was made.
//
// The first byte chooses what the others are: a handle's text (0), the bytes of one under a
// checksum that is right (1), because a fuzzer can't guess that, or what one stands for and the bit
// of its text that is flipped (2).

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/digest.h"
#include "engine/engine.h"
#include "sqs/handles.h"

namespace mailrail::sqs {
namespace {

constexpr std::array<char, 32> secret{7};
constexpr std::size_t message_bytes_max = 2048;

// A server with one queue, `q`, which is standard and empty.
struct Server {
  Server() {
    engine.apply(engine::Founded{.secret = secret}, {});
    engine.apply(engine::QueueCreated{.queue = queue, .name = queue_name_of("q", context)}, {});
    context.identity = &engine.identity();
  }

  QueueId queue{1};
  engine::Engine engine{1};
  api::Context context = {};
  SeededRandom random{1};
  engine::FactWriter facts{Position(4096)};
  engine::Turn turn{.now = from_unix_ms(1'700'000'000'000), .random = random, .facts = facts};
};

Server& server() {
  static Server shared;
  return shared;
}

bool is_accepted(std::string_view text) {
  return server().context.identity->read_receipt_handle(text).has_value();
}

// What a client is told that deletes under this handle: of this queue any is right, also when its
// message is gone, and no other is.
void check_answer(std::string_view text) {
  PreparedHandles prepared = DeleteMessage::prepare(
      {.queue_url = "q", .receipt_handle = std::string(text)}, server().context);
  const PreparedHandle& only = prepared.entries.front();
  CHECK(only.handle.has_value() == !only.error.has_value());
  const auto asked = DeleteMessage::decide(server().engine, server().turn, prepared);
  CHECK(asked.value.has_value() == (only.handle && only.handle->queue == server().queue));
  CHECK(asked.value || (!asked.value.error().message.empty() &&
                        asked.value.error().message.size() <= message_bytes_max));
  CHECK(server().facts.count() == 0);
}

void check_text(std::string_view text) {
  static const engine::Identity other(std::array<char, 32>{8});
  const engine::Identity& own = *server().context.identity;
  if (const auto handle = own.read_receipt_handle(text)) {
    CHECK(own.receipt_handle(*handle) == text);
    CHECK(!other.read_receipt_handle(text));
  }
  check_answer(text);
}

void check_signed(std::string_view bytes) {
  const Sha256 full = hmac_sha256({secret.data(), secret.size()}, bytes);
  const std::string checksum(reinterpret_cast<const char*>(full.data()), 16);
  check_text(base64(std::string(bytes) + checksum));
}

void check_fields(ByteReader fields) {
  const QueueId queue(fields.u32());
  const Seq seq(fields.u64());
  const engine::ReceiptHandle handle{.queue = queue, .seq = seq, .generation = fields.u32()};
  const engine::Identity& own = *server().context.identity;
  std::string text = own.receipt_handle(handle);
  CHECK(own.read_receipt_handle(text) == handle);
  check_text(text);

  const std::size_t bit = fields.u32() % (text.size() * 8);
  text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
  CHECK(!is_accepted(text));
  check_answer(text);
}

}  // namespace
}  // namespace mailrail::sqs

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail::sqs;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      check_text(rest);
      break;
    case 1:
      check_signed(rest);
      break;
    default:
      check_fields(mailrail::ByteReader(rest));
  }
  return 0;
}
