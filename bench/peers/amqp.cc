// RabbitMQ over AMQP 0-9-1: a quorum queue, sent to with publisher confirms, and read by a consumer
// to whom ten are sent ahead and who acknowledges ten at a time.

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "bench/peers/amqp_frame.h"
#include "bench/peers/dialogue.h"

namespace mailrail::bench::peers {

namespace {

using amqp::Arguments, amqp::Frame, amqp::Kind, amqp::Method;

constexpr std::uint16_t channel = 1;

// The connection, its one channel, and the queue.
class Amqp : public Dialogue {
 public:
  std::string_view greeting() final {
    if (greetings_.empty()) return {};
    auto [bytes, answer] = std::move(greetings_.front());
    greetings_.pop_front();
    expected_ = answer;
    return sent_ = std::move(bytes);
  }

  Heard hear(std::string_view received) final {
    Heard heard;
    while (heard.state == State::open) {
      const auto frame = amqp::frame_in(received.substr(heard.bytes));
      if (!frame) break;
      heard.bytes += frame->bytes;
      on_frame(*frame, heard);
    }
    return heard;
  }

 protected:
  Amqp() {
    greet(std::string("AMQP\0\0\x09\x01", 8), Method::connection_start);
    greet(amqp::method_frame(0, Method::connection_start_ok,
                             Arguments()
                                 .empty_table()
                                 .short_string("PLAIN")
                                 .long_string(std::string_view("\0guest\0guest", 12))
                                 .short_string("en_US")),
          Method::connection_tune);
    // One channel, frames of up to 128 KiB, no heartbeats.
    greet(amqp::method_frame(0, Method::connection_tune_ok,
                             Arguments().number16(1).number32(131072).number16(0)) +
              amqp::method_frame(0, Method::connection_open,
                                 Arguments().short_string("/").short_string("").octet(0)),
          Method::connection_open_ok);
    greet(amqp::method_frame(channel, Method::channel_open, Arguments().short_string("")),
          Method::channel_open_ok);
    constexpr std::uint8_t durable = 2;
    greet(amqp::method_frame(channel, Method::queue_declare,
                             Arguments()
                                 .number16(0)
                                 .short_string(queue_name)
                                 .octet(durable)
                                 .string_table("x-queue-type", "quorum")),
          Method::queue_declare_ok);
  }

  void greet(std::string bytes, Method answer) {
    greetings_.emplace_back(std::move(bytes), answer);
  }

  // A frame of the work, which is neither an answer to a greeting nor a refusal.
  virtual void on_work(const Frame& frame, Heard& heard) = 0;

 private:
  void on_frame(const Frame& frame, Heard& heard) {
    if (frame.kind == Kind::heartbeat) return;
    const bool is_method = frame.kind == Kind::method;
    if (is_method &&
        (frame.method() == Method::connection_close || frame.method() == Method::channel_close)) {
      heard.state = State::broken;
      const std::string_view text = amqp::behind(frame.arguments(), 2);
      heard.error = fmt::format("RabbitMQ closed it: {}",
                                amqp::behind(text, 1).substr(0, amqp::number_at(text, 1)));
    } else if (expected_ && is_method && frame.method() == *expected_) {
      expected_.reset();
      heard.state = State::whole;
    } else {
      on_work(frame, heard);
    }
  }

  std::deque<std::pair<std::string, Method>> greetings_;
  std::optional<Method> expected_;
  std::string sent_;
};

class Publishes final : public Amqp {
 public:
  Publishes(std::size_t count, std::size_t body_bytes) : count_(count) {
    greet(amqp::method_frame(channel, Method::confirm_select, Arguments().octet(0)),
          Method::confirm_select_ok);
    const std::string one = amqp::publication(channel, queue_name, std::string(body_bytes, 'x'));
    for (std::size_t i = 0; i < count; ++i) request_ += one;
  }

  std::string_view request() override {
    first_tag_ += std::exchange(sent_, count_);
    confirmed_.reset();
    return request_;
  }

 private:
  void on_work(const Frame& frame, Heard& heard) override {
    if (frame.kind != Kind::method) return;
    const bool is_refused = frame.method() == Method::basic_nack;
    if (frame.method() != Method::basic_ack && !is_refused) return;
    const std::uint64_t tag = amqp::number_at(frame.arguments(), 8);
    const bool is_multiple = (amqp::number_at(amqp::behind(frame.arguments(), 8), 1) & 1) != 0;
    if (tag < first_tag_ || tag >= first_tag_ + count_) {
      heard.error = fmt::format("RabbitMQ confirmed message {}, which is none of those sent", tag);
      return;
    }
    const std::size_t last = tag - first_tag_;
    for (std::size_t i = is_multiple ? 0 : last; i <= last; ++i) {
      if (confirmed_[i]) continue;
      confirmed_.set(i);
      heard.messages += is_refused ? 0 : 1;
    }
    if (is_refused) heard.error = fmt::format("RabbitMQ refused message {}", tag);
    if (confirmed_.count() == count_) heard.state = State::whole;
  }

  const std::size_t count_;
  std::string request_;
  std::uint64_t first_tag_ = 1;  // Of the outstanding messages.
  std::size_t sent_ = 0;         // Before these.
  std::bitset<batch_size> confirmed_;
};

class Consumes final : public Amqp {
 public:
  Consumes() {
    greet(amqp::method_frame(channel, Method::basic_qos,
                             Arguments().number32(0).number16(batch_size).octet(0)),
          Method::basic_qos_ok);
    greet(amqp::method_frame(channel, Method::basic_consume,
                             Arguments()
                                 .number16(0)
                                 .short_string(queue_name)
                                 .short_string("")
                                 .octet(0)
                                 .empty_table()),
          Method::basic_consume_ok);
  }

  // Nothing at first, as the peer sends by itself; an acknowledgement isn't answered.
  std::string_view request() override {
    if (delivered_ == 0) return {};
    delivered_ = 0;
    constexpr std::uint8_t multiple = 1;
    return acknowledgement_ = amqp::method_frame(channel, Method::basic_ack,
                                                 Arguments().number64(tag_).octet(multiple));
  }

  bool is_pushed() const override { return true; }

 private:
  void on_work(const Frame& frame, Heard& heard) override {
    if (frame.kind == Kind::method && frame.method() == Method::basic_deliver) {
      const std::size_t consumer_tag_bytes = 1 + amqp::number_at(frame.arguments(), 1);
      tag_ = amqp::number_at(amqp::behind(frame.arguments(), consumer_tag_bytes), 8);
    } else if (frame.kind == Kind::header) {
      missing_bytes_ = amqp::number_at(amqp::behind(frame.payload, 4), 8);
    } else if (frame.kind == Kind::body) {
      missing_bytes_ -= std::min(missing_bytes_, frame.payload.size());
      if (missing_bytes_ > 0) return;
      ++heard.messages;
      if (++delivered_ == batch_size) heard.state = State::whole;
    }
  }

  std::uint64_t tag_ = 0;          // Of the last delivery.
  std::size_t missing_bytes_ = 0;  // Of its body.
  std::size_t delivered_ = 0;      // Since the last acknowledgement.
  std::string acknowledgement_;
};

}  // namespace

std::unique_ptr<Dialogue> amqp_dialogue(Work work, std::size_t body_bytes) {
  if (work == Work::receive_delete) return std::make_unique<Consumes>();
  return std::make_unique<Publishes>(work == Work::send ? 1 : batch_size, body_bytes);
}

}  // namespace mailrail::bench::peers
