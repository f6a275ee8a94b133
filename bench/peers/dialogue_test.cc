#include "bench/peers/dialogue.h"

#include <gtest/gtest.h>

#include "bench/peers/amqp_frame.h"

namespace mailrail::bench::peers {
namespace {

using amqp::Arguments, amqp::Method;

// What came of all bytes of an answer, of which `piece` arrive at a time.
Heard heard_in_pieces(Dialogue& dialogue, std::string_view answer, std::size_t piece) {
  Heard all;
  std::string received;
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    EXPECT_EQ(all.state, State::open) << "at byte " << at;
    received += answer.substr(at, piece);
    const Heard heard = dialogue.hear(received);
    received.erase(0, heard.bytes);
    all.bytes += heard.bytes;
    all.messages += heard.messages;
    all.state = heard.state;
    if (!heard.error.empty()) all.error = heard.error;
  }
  return all;
}

Heard heard_of(Dialogue& dialogue, std::string_view answer) {
  return heard_in_pieces(dialogue, answer, answer.size());
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++count;
  return count;
}

struct Exchange {
  std::string_view name;
  std::unique_ptr<Dialogue> (*dialogue)();
  std::string answer;
  std::size_t messages;
};

std::string redis_messages() {
  return "*1\r\n*2\r\n$5\r\nbench\r\n*2\r\n"
         "*2\r\n$3\r\n1-0\r\n*2\r\n$4\r\nbody\r\n$4\r\n\r\n$9\r\n"
         "*2\r\n$3\r\n1-1\r\n*2\r\n$4\r\nbody\r\n$2\r\nok\r\n";
}

std::string amqp_confirmation(std::uint64_t tag, std::uint8_t multiple) {
  return amqp::method_frame(1, Method::basic_ack, Arguments().number64(tag).octet(multiple));
}

// As a server has it: the same header and body behind another method.
std::string amqp_delivery(std::uint64_t tag) {
  const std::string published = amqp::publication(1, "bench", "body");
  return amqp::method_frame(1, Method::basic_deliver,
                            Arguments()
                                .short_string("a consumer")
                                .number64(tag)
                                .octet(0)
                                .short_string("")
                                .short_string("bench")) +
         published.substr(amqp::frame_in(published)->bytes);
}

std::string amqp_answer(Method method) { return amqp::method_frame(1, method, {}); }

// Answers all greetings, and gives back how many there were.
std::size_t open_amqp(Dialogue& dialogue) {
  std::size_t greetings = 0;
  constexpr Method answers[] = {Method::connection_start, Method::connection_tune,
                                Method::connection_open_ok, Method::channel_open_ok,
                                Method::queue_declare_ok};
  for (const Method each : answers) {
    EXPECT_FALSE(dialogue.greeting().empty());
    EXPECT_EQ(heard_of(dialogue, amqp_answer(each)).state, State::whole);
    ++greetings;
  }
  for (std::string_view bytes = dialogue.greeting(); !bytes.empty();
       bytes = dialogue.greeting(), ++greetings) {
    const Method asked = amqp::frame_in(bytes)->method();
    const auto answer = static_cast<Method>(static_cast<std::uint32_t>(asked) + 1);
    EXPECT_EQ(heard_of(dialogue, amqp_answer(answer)).state, State::whole);
  }
  return greetings;
}

std::unique_ptr<Dialogue> open_amqp_dialogue(Work work) {
  auto dialogue = amqp_dialogue(work, 4);
  open_amqp(*dialogue);
  return dialogue;
}

std::vector<Exchange> exchanges() {
  std::string deliveries;
  for (std::uint64_t tag = 1; tag <= batch_size; ++tag) deliveries += amqp_delivery(tag);
  return {
      {"redis send", [] { return redis_dialogue(Work::send, 4, 0); }, "$3\r\n1-0\r\n", 1},
      {"redis batch", [] { return redis_dialogue(Work::send_batch, 4, 0); },
       repeated("$3\r\n1-0\r\n", 10), 10},
      {"redis receive", [] { return redis_dialogue(Work::receive_delete, 4, 0); }, redis_messages(),
       2},
      {"redis empty", [] { return redis_dialogue(Work::receive_delete, 4, 0); }, "*-1\r\n", 0},
      {"beanstalkd send", [] { return beanstalkd_dialogue(Work::send, 4); }, "INSERTED 7\r\n", 1},
      {"beanstalkd batch", [] { return beanstalkd_dialogue(Work::send_batch, 4); },
       repeated("INSERTED 7\r\n", 10), 10},
      {"beanstalkd receive", [] { return beanstalkd_dialogue(Work::receive_delete, 4); },
       repeated("RESERVED 7 4\r\n\r\nno\r\n", 8) + repeated("TIMED_OUT\r\n", 2), 8},
      {"amqp send", [] { return open_amqp_dialogue(Work::send); }, amqp_confirmation(1, 0), 1},
      {"amqp batch", [] { return open_amqp_dialogue(Work::send_batch); },
       amqp_confirmation(2, 0) + amqp_confirmation(9, 1) + amqp_confirmation(10, 0), 10},
      {"amqp receive", [] { return open_amqp_dialogue(Work::receive_delete); }, deliveries, 10},
  };
}

TEST(Dialogue, HearsTheSameWhereverAnAnswerIsCut) {
  for (const Exchange& each : exchanges()) {
    for (std::size_t piece = 1; piece <= each.answer.size(); ++piece) {
      const auto dialogue = each.dialogue();
      dialogue->request();

      const Heard heard = heard_in_pieces(*dialogue, each.answer, piece);

      EXPECT_EQ(heard.state, State::whole) << each.name << " in pieces of " << piece;
      EXPECT_EQ(heard.messages, each.messages) << each.name << " in pieces of " << piece;
      EXPECT_EQ(heard.bytes, each.answer.size()) << each.name << " in pieces of " << piece;
      EXPECT_EQ(heard.error, "") << each.name << " in pieces of " << piece;
    }
  }
}

TEST(Redis, SendsBodiesOfTheirSize) {
  const auto dialogue = redis_dialogue(Work::send_batch, 3, 0);

  EXPECT_EQ(count_of(dialogue->request(),
                     "$4\r\nXADD\r\n$5\r\nbench\r\n$1\r\n*\r\n$4\r\nbody\r\n$3\r\nxxx\r\n"),
            10U);
}

TEST(Redis, EndsWhatItReceived) {
  const auto dialogue = redis_dialogue(Work::receive_delete, 4, 3);
  dialogue->request();
  heard_of(*dialogue, redis_messages());

  EXPECT_EQ(dialogue->request(),
            "*5\r\n$4\r\nXACK\r\n$5\r\nbench\r\n$5\r\nbench\r\n$3\r\n1-0\r\n$3\r\n1-1\r\n"
            "*4\r\n$4\r\nXDEL\r\n$5\r\nbench\r\n$3\r\n1-0\r\n$3\r\n1-1\r\n");
  EXPECT_EQ(heard_of(*dialogue, ":2\r\n:2\r\n").state, State::whole);
  EXPECT_EQ(count_of(dialogue->request(), "XREADGROUP"), 1U);
}

TEST(Redis, TellsWhenFewerEndedThanWereReceived) {
  const auto dialogue = redis_dialogue(Work::receive_delete, 4, 0);
  dialogue->request();
  heard_of(*dialogue, redis_messages());
  dialogue->request();

  const Heard heard = heard_of(*dialogue, ":2\r\n:1\r\n");

  EXPECT_EQ(heard.state, State::whole);
  EXPECT_EQ(heard.error, "redis answered :1 for 2 messages");
}

TEST(Redis, TellsARefusal) {
  const auto dialogue = redis_dialogue(Work::send, 4, 0);
  dialogue->request();

  const Heard heard = heard_of(*dialogue, "-OOM command not allowed\r\n");

  EXPECT_EQ(heard.state, State::whole);
  EXPECT_EQ(heard.messages, 0U);
  EXPECT_EQ(heard.error, "redis answered -OOM command not allowed");
}

TEST(Beanstalkd, DeletesWhatItReserved) {
  const auto dialogue = beanstalkd_dialogue(Work::receive_delete, 4);
  EXPECT_EQ(count_of(dialogue->request(), "reserve-with-timeout 0\r\n"), 10U);
  heard_of(*dialogue,
           "RESERVED 7 4\r\nbody\r\nRESERVED 9 4\r\nbody\r\n" + repeated("TIMED_OUT\r\n", 8));

  EXPECT_EQ(dialogue->request(), "delete 7\r\ndelete 9\r\n");
  EXPECT_EQ(heard_of(*dialogue, "DELETED\r\nDELETED\r\n").state, State::whole);
  EXPECT_EQ(count_of(dialogue->request(), "reserve-with-timeout 0\r\n"), 10U);
}

TEST(Beanstalkd, TellsARefusal) {
  const auto sends = beanstalkd_dialogue(Work::send, 4);
  sends->request();
  const auto receives = beanstalkd_dialogue(Work::receive_delete, 4);
  receives->request();
  heard_of(*receives, "RESERVED 7 4\r\nbody\r\n" + repeated("TIMED_OUT\r\n", 9));
  receives->request();

  EXPECT_EQ(heard_of(*sends, "OUT_OF_MEMORY\r\n").error, "beanstalkd answered OUT_OF_MEMORY");
  EXPECT_EQ(heard_of(*receives, "NOT_FOUND\r\n").error, "beanstalkd answered NOT_FOUND");
}

TEST(Amqp, AsksForConfirmsOrForDeliveriesOnceItIsOpen) {
  EXPECT_EQ(open_amqp(*amqp_dialogue(Work::send, 4)), 6U);
  EXPECT_EQ(open_amqp(*amqp_dialogue(Work::receive_delete, 4)), 7U);
}

TEST(Amqp, CountsConfirmsFromOneRequestToTheNext) {
  const auto dialogue = open_amqp_dialogue(Work::send_batch);
  dialogue->request();
  heard_of(*dialogue, amqp_confirmation(10, 1));
  dialogue->request();

  EXPECT_EQ(heard_of(*dialogue, amqp_confirmation(20, 1)).messages, 10U);
  dialogue->request();
  EXPECT_EQ(heard_of(*dialogue, amqp_confirmation(20, 1)).error,
            "RabbitMQ confirmed message 20, which is none of those sent");
}

TEST(Amqp, AcknowledgesAllThatWasDelivered) {
  const auto dialogue = open_amqp_dialogue(Work::receive_delete);
  EXPECT_EQ(dialogue->request(), "");
  for (std::uint64_t tag = 1; tag <= batch_size; ++tag) heard_of(*dialogue, amqp_delivery(tag));

  EXPECT_EQ(dialogue->request(), amqp_confirmation(10, 1));
}

TEST(Amqp, TellsARefusalAndAnEnd) {
  const auto dialogue = open_amqp_dialogue(Work::send);
  dialogue->request();
  const auto refused = amqp::method_frame(1, Method::basic_nack, Arguments().number64(1).octet(0));
  const auto closed = amqp::method_frame(
      1, Method::channel_close, Arguments().number16(404).short_string("NOT_FOUND").number32(0));

  const Heard refusal = heard_of(*dialogue, refused);
  const Heard end = heard_of(*dialogue, closed);

  EXPECT_EQ(refusal.error, "RabbitMQ refused message 1");
  EXPECT_EQ(refusal.messages, 0U);
  EXPECT_EQ(end.state, State::broken);
  EXPECT_EQ(end.error, "RabbitMQ closed it: NOT_FOUND");
}

}  // namespace
}  // namespace mailrail::bench::peers
