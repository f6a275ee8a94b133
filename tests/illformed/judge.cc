#include "tests/illformed/judge.h"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

namespace mailrail::illformed {
namespace {

// However long what was wrong is, an error repeats no more of it.
constexpr std::size_t error_bytes_max = 16 << 10;

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || each == '.';
  });
}

bool is_type(std::string_view type, std::string_view action) {
  const std::string_view own =
      cases::is_administrative(action) ? "mailrail#" : "com.amazonaws.sqs#";
  for (const std::string_view space : {own, std::string_view("com.amazon.coral.service#")}) {
    if (type.starts_with(space)) return is_name(type.substr(space.size()));
  }
  return false;
}

std::optional<std::string> objection_to_error(const Question& question,
                                              const cases::Answer& answer,
                                              const http::Response& response) {
  if (answer.status < 400 || answer.status > 499) return "the client is not told of its mistake";
  if (response.body.size() > error_bytes_max)
    return fmt::format("the error has {} bytes", response.body.size());
  if (!is_name(answer.query_code)) return "the code is no name: " + answer.query_code;
  const bool names_no_action = answer.query_code == "UnknownOperationException" &&
                               question.protocol != cases::Protocol::json;
  if (answer.message.empty() && !names_no_action) return "there is no message";
  if (question.protocol == cases::Protocol::json && !is_type(answer.error_type, question.action))
    return "the type is none: " + answer.error_type;
  return std::nullopt;
}

bool says_undecodable(cases::Protocol protocol, const cases::Answer& answer) {
  return answer.status == 400 &&
         (protocol == cases::Protocol::json
              ? answer.error_type == "com.amazon.coral.service#SerializationException"
              : answer.query_code == "MalformedInput");
}

}  // namespace

std::optional<std::string> objection(const Question& question, const Scene::Played& played) {
  const http::Response& response = played.response;
  if (!simdjson::validate_utf8(response.body)) return "it is not UTF-8";
  const Result<cases::Answer> answer =
      cases::answer_of(question.protocol, question.action, response);
  if (!answer) return answer.error().message;
  if (answer->status != 200) {
    if (auto found = objection_to_error(question, *answer, response)) return found;
    if (played.has_changed_something) return "it was refused and changed something";
  }
  switch (question.verdict) {
    case Verdict::answered:
      break;
    case Verdict::refused:
      if (answer->status == 200) return "it was accepted";
      break;
    case Verdict::undecodable:
      if (!says_undecodable(question.protocol, *answer)) return "it could be decoded";
      break;
    case Verdict::absent: {
      const std::string wanted = outcome(question.protocol, question.action, *question.absent);
      const std::string got = outcome(question.protocol, question.action, response);
      if (wanted != got) return fmt::format("{}, and without the member {}", got, wanted);
      break;
    }
  }
  return std::nullopt;
}

std::string outcome(cases::Protocol protocol,
                    std::string_view action,
                    const http::Response& response) {
  const Result<cases::Answer> answer = cases::answer_of(protocol, action, response);
  if (!answer) return answer.error().message;
  return fmt::format("{} {}", answer->status, answer->query_code);
}

}  // namespace mailrail::illformed
