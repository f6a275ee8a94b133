// Attributes of queues are texts by their shape, and numbers, booleans and JSON by their meaning.
// Whatever is in them, the answer is a good one, the same over every protocol, and what was
// accepted can be read back.

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/cases/world.h"
#include "tests/illformed/judge.h"

namespace mailrail::illformed {
namespace {

namespace json = boost::json;
using cases::Protocol;

constexpr std::string_view attributes[] = {
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "Policy",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
    "QueueArn",
    "ApproximateNumberOfMessages",
    "All",
    "",
    "NoSuchAttribute",
};

const char* const scalars[] = {
    "",      " ",          "0",          "-0",           "1",          "-1",
    "007",   "+30",        " 30",        "30 ",          "1.5",        "30.0",
    "3e1",   "0x1e",       "1e400",      "NaN",          "2147483648", "-2147483649",
    "1e-5",  "4294967356", "4294967296", "1209600",      "1209601",    "99999999999999999999",
    "true",  "True",       "FALSE",      "tru",          "null",       "queue",
    "Queue", "perQueue",   "\x01",       "\xef\xbf\xbe", "\r\n",       "\xf0\x9f\x98\x80",
};

const char* const documents[] = {
    "{}",
    "[]",
    "[{}]",
    "{",
    "\"a\"",
    "{\"a\":}",
    "{\"a\":\"\\ud800\"}",
    "{\"\":null}",
    R"({"Statement":1})",
    R"({"Statement":[]})",
    R"({"Statement":[{}]})",
    R"({"Statement":[null]})",
    R"({"Statement":{"Effect":1,"Principal":[],"Action":{},"Resource":null}})",
    R"({"Version":1e400,"Statement":[]})",
    R"({"deadLetterTargetArn":1,"maxReceiveCount":1})",
    R"({"deadLetterTargetArn":null,"maxReceiveCount":null})",
    R"({"deadLetterTargetArn":"","maxReceiveCount":1})",
    R"({"deadLetterTargetArn":"q","maxReceiveCount":1})",
    R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:","maxReceiveCount":1})",
    R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":1})",
    R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":@})",
    R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":@})",
    R"({"maxReceiveCount":1})",
    R"({"redrivePermission":1})",
    R"({"redrivePermission":"allowAll","sourceQueueArns":[]})",
    R"({"redrivePermission":"byQueue"})",
    R"({"redrivePermission":"byQueue","sourceQueueArns":{}})",
    R"({"redrivePermission":"byQueue","sourceQueueArns":[1,null,{},[]]})",
    R"({"redrivePermission":"byQueue","sourceQueueArns":["",":::::"]})",
    R"({"redrivePermission":"byQueue","redrivePermission":"denyAll"})",
};

const char* const counts[] = {"0",
                              "1",
                              "1000",
                              "1001",
                              "-1",
                              "\"5\"",
                              "\"\"",
                              "5.5",
                              "null",
                              "true",
                              "[]",
                              "{}",
                              "9223372036854775808",
                              "1e400"};

std::vector<std::string> values() {
  std::vector<std::string> all(std::begin(scalars), std::end(scalars));
  for (const std::string document : documents) {
    const std::size_t at = document.find('@');
    if (at == std::string::npos) {
      all.push_back(document);
      continue;
    }
    for (const std::string count : counts) {
      std::string counted = document;
      all.push_back(counted.replace(at, 1, count));
    }
  }
  all.emplace_back(4000, '[');
  all.push_back(std::string(4000, '[') + std::string(4000, ']'));
  all.emplace_back(8193, 'a');
  all.emplace_back(1 << 20, '1');
  all.push_back("1" + std::string(1, '\0'));
  return all;
}

// Queues of one protocol, made again whenever something has changed.
class Queues {
 public:
  explicit Queues(Protocol protocol) : protocol_(protocol) { make(); }

  // What comes of the attribute, and what is wrong with that answer or with reading it back.
  struct Outcome {
    std::string outcome;
    std::optional<std::string> objection;
  };

  Outcome set(std::string_view queue, std::string_view name, const std::string& value) {
    return judged("SetQueueAttributes", queue,
                  {{"QueueUrl", queue}, {"Attributes", {{name, value}}}});
  }

  Outcome create(std::string_view queue, std::string_view name, const std::string& value) {
    json::object given{{name, value}};
    if (queue.ends_with(".fifo") && name != "FifoQueue") given["FifoQueue"] = "true";
    return judged("CreateQueue", queue, {{"QueueName", queue}, {"Attributes", given}});
  }

 private:
  void make() {
    world_ = std::make_unique<cases::World>();
    for (const std::string name : {"dead", "q", "dead.fifo", "q.fifo"}) {
      json::object input{{"QueueName", name}};
      if (name.ends_with(".fifo")) input["Attributes"] = json::object{{"FifoQueue", "true"}};
      EXPECT_EQ(ask("CreateQueue", input).status, 200);
    }
  }

  http::Response ask(std::string_view action, const json::object& input) {
    static const std::vector<std::string> no_options;
    const auto call = world_->ask(
        cases::request_of(protocol_, {.action = action, .options = no_options, .input = input}));
    return *world_->answer(call);
  }

  Outcome judged(std::string_view action, std::string_view queue, const json::object& input) {
    const http::Response response = ask(action, input);
    Outcome result{.outcome = outcome(protocol_, action, response),
                   .objection = objection(
                       {.protocol = protocol_, .action = action, .verdict = Verdict::answered},
                       {.response = response, .has_changed_something = false})};
    if (response.status != 200) return result;
    const http::Response read =
        ask("GetQueueAttributes", {{"QueueUrl", queue}, {"AttributeNames", {"All"}}});
    const auto answer = cases::answer_of(protocol_, "GetQueueAttributes", read);
    if (!result.objection && (!answer || answer->status != 200))
      result.objection = "it cannot be read back: " + read.body;
    make();
    return result;
  }

  const Protocol protocol_;
  std::unique_ptr<cases::World> world_;
};

class Attributes : public testing::TestWithParam<std::string_view> {
 protected:
  using Attempt = Queues::Outcome (Queues::*)(std::string_view queue,
                                              std::string_view name,
                                              const std::string& value);

  Attributes() {
    for (const Protocol each : cases::all_protocols) queues_.try_emplace(each, each);
  }

  void judge(Attempt attempt, std::string_view queue) {
    for (const std::string& value : values()) {
      std::map<Protocol, std::string> outcomes;
      for (auto& [protocol, queues] : queues_) {
        const Queues::Outcome got = (queues.*attempt)(queue, GetParam(), value);
        EXPECT_FALSE(got.objection)
            << value.substr(0, 200) << ": " << got.objection->substr(0, 300);
        outcomes[protocol] = got.outcome;
      }
      EXPECT_EQ(outcomes[Protocol::query], outcomes[Protocol::json]) << value.substr(0, 200);
      EXPECT_EQ(outcomes[Protocol::query_json], outcomes[Protocol::json]) << value.substr(0, 200);
    }
  }

 private:
  std::map<Protocol, Queues> queues_;
};

TEST_P(Attributes, OfAStandardQueueAreSetOrRefused) { judge(&Queues::set, "q"); }
TEST_P(Attributes, OfAFifoQueueAreSetOrRefused) { judge(&Queues::set, "q.fifo"); }
TEST_P(Attributes, OfANewQueueAreTakenOrRefused) { judge(&Queues::create, "new"); }
TEST_P(Attributes, OfANewFifoQueueAreTakenOrRefused) { judge(&Queues::create, "new.fifo"); }

INSTANTIATE_TEST_SUITE_P(All, Attributes, testing::ValuesIn(attributes), [](const auto& named) {
  return named.param.empty() ? std::string("none") : std::string(named.param);
});

}  // namespace
}  // namespace mailrail::illformed
