// The protocols that every case runs over.
//
// A call becomes an HTTP request, and a response an answer that looks the same in all of them.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.h"
#include "http/message.h"
#include "wire/reply.h"

namespace mailrail::cases {

using wire::Protocol;

// AWS JSON, AWS Query answered in XML, AWS Query answered in JSON.
inline constexpr Protocol all_protocols[] = {Protocol::json, Protocol::query, Protocol::query_json};

std::string_view name_of(Protocol protocol);

// SNS and STS speak no AWS JSON: their part of a case over that protocol goes over AWS Query, in
// XML.
Protocol spoken(Protocol protocol, std::string_view action);

// `[by worker]`: the name of who calls, if they say.
std::optional<std::string> caller_of(const std::vector<std::string>& options);

struct ProtocolCall {
  std::string_view action;
  const std::vector<std::string>& options;  // As a step has them.
  const boost::json::object& input;
};

http::Request request_of(Protocol protocol, const ProtocolCall& call);

struct Answer {
  int status = 0;
  boost::json::value output = boost::json::object();

  // Of an error.
  std::string error_type;  // AWS JSON only: `com.amazonaws.sqs#QueueDoesNotExist`.
  std::string query_code;
  std::string message;
};

// Also checks what every answer must have: its content type, a request id and, in XML, the
// namespace and the form of errors of its service.
Result<Answer> answer_of(Protocol protocol,
                         std::string_view action,
                         const http::Response& response);

}  // namespace mailrail::cases
