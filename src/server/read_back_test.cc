#include "server/read_back.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "log/file/file_log.h"
#include "log/memory/memory_log.h"
#include "sim/sim_disk.h"
#include "sqs/message_record.h"
#include "sqs/queue_url.h"
#include "sqs/receive.h"

namespace mailrail::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr log::FileLogOptions small{.segment_bytes = 1 << 20, .payload_bytes_max = 300'000};

using Receive = api::ActionCall<sqs::ReceiveMessage>;

// A queue whose messages are in a journal, and a receive of all of them that is to be answered.
class ReadBackTest : public ::testing::Test {
 protected:
  ReadBackTest() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "alarms", std::make_shared<spdlog::sinks::ostream_sink_st>(alarms_)));
    engine_.found(turn_);
    context_.identity = &engine_.identity();
  }
  ~ReadBackTest() override { spdlog::set_default_logger(std::move(logger_)); }

  void create_queue(const std::string& name) {
    queue_ = engine_.create_queue(turn_, sqs::queue_name_of(name, context_),
                                  {.is_fifo = name.ends_with(".fifo")}, {});
  }

  void send(const std::string& body, const std::string& group = "") {
    const std::string record = sqs::encode_record({.body = body});
    engine_.send(turn_, {.queue = queue_,
                         .group = group,
                         .deduplication_id = body.substr(0, 100),
                         .record = record});
  }

  // What was sent since the last time becomes a frame of its own.
  void commit() {
    const log::Frame frame{.position = facts_.position(),
                           .time = turn_.now,
                           .count = facts_.count(),
                           .payload = facts_.take_payload()};
    ASSERT_EQ(log_->append(frame).outcome, log::Outcome::durable);
    facts_ = engine::FactWriter(log_->next_position());
  }

  void receive(sqs::ReceiveMessageInput input = {}) {
    input.queue_url = engine_.find_queue(queue_)->name.name;
    input.max_number_of_messages = 10;
    call_ =
        std::make_unique<Receive>(api::Seat{.call_id = 1, .exchange = {}, .slot = *slots_.take(0)},
                                  api::Envelope{.service = &service_}, context_, std::move(input));
    call_->decide(engine_, turn_);
    ASSERT_FALSE(call_->bodies().empty());
    frames_.assign(call_->bodies().size(), nullptr);
  }

  // Changes a byte of the journal's file, as a failing disk would.
  void damage(const std::string& text) {
    const std::string bytes = disk_.content(segment);
    const std::size_t at = bytes.find(text);
    ASSERT_NE(at, std::string::npos);
    damaged_.push_back(at);
    const std::string changed(1, static_cast<char>(bytes[at] ^ 1));
    const std::string_view pieces[] = {changed};
    ASSERT_TRUE((*disk_.open_file(segment))->write_at(at, pieces));
  }

  std::string answer(const ReadBack& read) const { return call_->finish(read.bodies).body; }

  static constexpr std::string_view segment = "segment-000000000000";
  std::ostringstream alarms_;
  std::shared_ptr<spdlog::logger> logger_ = spdlog::default_logger();
  sim::SimDisk disk_{1};
  SeededRandom random_{1};
  std::unique_ptr<log::FileLog> log_ = *log::FileLog::open(disk_, random_, small);
  engine::FactWriter facts_{log_->next_position()};
  engine::Turn turn_{.now = from_unix_ms(1'700'000'000'000), .random = random_, .facts = facts_};
  engine::Engine engine_{1};
  QueueId queue_;
  wire::Service service_;
  api::Context context_;
  api::CallSlots slots_{10, 10};
  std::unique_ptr<Receive> call_;
  std::vector<log::SharedFrame> frames_;
  std::vector<std::size_t> damaged_;  // Offsets in the file.
};

TEST_F(ReadBackTest, ReadsEveryBodyFromTheLog) {
  create_queue("q");
  for (const char* each : {"first", "second"}) send(each);
  commit();
  receive();

  const ReadBack read = read_back(*log_, *call_, frames_);

  EXPECT_FALSE(read.failure);
  EXPECT_THAT(read.damaged, IsEmpty());
  EXPECT_THAT(read.left_out, IsEmpty());
  EXPECT_THAT(answer(read), HasSubstr("\"Body\":\"first\""));
  EXPECT_THAT(answer(read), HasSubstr("\"Body\":\"second\""));
  EXPECT_EQ(alarms_.str(), "");
}

TEST_F(ReadBackTest, TellsTheSameWithoutWaitingIfItIsAllInMemory) {
  create_queue("q");
  for (const char* each : {"first", "second", "third"}) send(each);
  commit();
  receive();
  damage("second");

  const std::optional<ReadBack> read = read_back_cached(*log_, *call_, frames_);

  ASSERT_TRUE(read);
  EXPECT_FALSE(read->failure);
  EXPECT_EQ(read->damaged.size(), 3u);  // Of a frame that is verified as a whole.
  EXPECT_THAT(alarms_.str(), HasSubstr("damaged message: number 2"));
}

TEST_F(ReadBackTest, TellsNothingWhereItWouldHaveToWait) {
  create_queue("q");
  send("first");
  commit();
  receive();
  log::MemoryLog::Storage storage;
  const log::MemoryLog waits(storage);

  EXPECT_FALSE(read_back_cached(waits, *call_, frames_));
  EXPECT_EQ(alarms_.str(), "");
}

TEST_F(ReadBackTest, LeavesADamagedMessageOutAndRaisesAnAlarm) {
  create_queue("q");
  for (const char* each : {"first", "second"}) {
    send(each);
    commit();
  }
  receive();
  damage("second");

  const ReadBack read = read_back(*log_, *call_, frames_);

  EXPECT_FALSE(read.failure);
  ASSERT_EQ(read.damaged.size(), 1u);
  EXPECT_EQ(read.damaged[0].seq, Seq(2));
  EXPECT_THAT(read.left_out, ElementsAre(read.damaged[0].handle()));
  EXPECT_THAT(answer(read), HasSubstr("\"Body\":\"first\""));
  EXPECT_THAT(answer(read), Not(HasSubstr("second")));
  EXPECT_THAT(alarms_.str(),
              HasSubstr("damaged message: number 2 of queue us-east-1/000000000000/q"));
  EXPECT_THAT(alarms_.str(), HasSubstr("/simulated/segment-000000000000"));
}

// Of a long frame only the header is verified when it is read; the message has a checksum too.
TEST_F(ReadBackTest, FindsDamageWithinALongFrameAndSaysWhere) {
  create_queue("q");
  for (const char* each : {"first ", "second "}) send(each + std::string(100'000, 'x'));
  commit();
  receive();
  damage("second ");

  const ReadBack read = read_back(*log_, *call_, frames_);

  ASSERT_EQ(read.damaged.size(), 1u);
  EXPECT_EQ(read.damaged[0].seq, Seq(2));
  const std::uint64_t offset = read.damaged[0].body.position.value();  // In the first segment.
  EXPECT_LT(offset, damaged_[0]);
  EXPECT_THAT(alarms_.str(),
              HasSubstr("offset " + std::to_string(offset) + " of /simulated/segment-0000"));
}

TEST_F(ReadBackTest, LeavesOutWhatIsBehindADamagedMessageAndGivesItBack) {
  create_queue("q.fifo");
  for (const char* each : {"first", "second", "third"}) {
    send(each, "conversation");
    commit();
  }
  send("other", "another");
  commit();
  receive();
  damage("second");

  const ReadBack read = read_back(*log_, *call_, frames_);

  ASSERT_EQ(read.damaged.size(), 1u);
  EXPECT_EQ(read.damaged[0].seq, Seq(2));
  EXPECT_THAT(read.left_out, ElementsAre(call_->shown().messages[1].handle(),
                                         call_->shown().messages[2].handle()));
  EXPECT_THAT(answer(read), HasSubstr("first"));
  EXPECT_THAT(answer(read), HasSubstr("other"));
  EXPECT_THAT(answer(read), Not(HasSubstr("second")));
  EXPECT_THAT(answer(read), Not(HasSubstr("third")));
}

TEST_F(ReadBackTest, LeavesOutWhatIsBehindADamagedMessageAlsoIfMemoryHasIt) {
  create_queue("q.fifo");
  send("first", "conversation");
  commit();
  send("second", "conversation");
  const auto recent = std::make_shared<log::Frame>(
      log::Frame{.position = facts_.position(), .time = {}, .payload = facts_.payload()});
  commit();
  receive();
  frames_[1] = recent;
  damage("first");

  const ReadBack read = read_back(*log_, *call_, frames_);

  EXPECT_EQ(read.left_out.size(), 2u);
  EXPECT_THAT(answer(read), Not(HasSubstr("second")));
}

// Another answer to the same attempt may have told them.
TEST_F(ReadBackTest, GivesNothingBackThatWasAskedForWithAnAttemptId) {
  create_queue("q.fifo");
  for (const char* each : {"first", "second"}) {
    send(each, "conversation");
    commit();
  }
  receive({.receive_request_attempt_id = "attempt"});
  damage("first");

  const ReadBack read = read_back(*log_, *call_, frames_);

  EXPECT_EQ(read.damaged.size(), 1u);
  EXPECT_THAT(read.left_out, IsEmpty());
}

TEST_F(ReadBackTest, TakesAFailingReadForNoDamage) {
  create_queue("q");
  send("first");
  commit();
  receive();
  (void)read_back(*log_, *call_, frames_);  // The segment is known now: a read is two calls.
  disk_.inject(disk_.steps() + 2, sim::Fault::io_error);

  const ReadBack read = read_back(*log_, *call_, frames_);

  ASSERT_TRUE(read.failure);
  EXPECT_EQ(call_->finish_unreadable(*read.failure).status, 500);
  EXPECT_THAT(read.damaged, IsEmpty());
  EXPECT_THAT(alarms_.str(), HasSubstr("Input/output error"));
  EXPECT_THAT(alarms_.str(), Not(HasSubstr("damaged message")));
  EXPECT_FALSE(read_back(*log_, *call_, frames_).failure);
}

}  // namespace
}  // namespace mailrail::server
