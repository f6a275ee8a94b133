#include "tests/cases/protocol.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/cases/actions.h"
#include "tests/cases/query.h"

namespace mailrail::cases {
namespace {

namespace json = boost::json;

std::unexpected<Error> bad(std::string_view what, const http::Response& response) {
  return fail(errors::unusable, fmt::format("{}: {}", what, response.body));
}

constexpr std::string_view body_option = "body ";
constexpr std::string_view no_target_option = "no target";
constexpr std::string_view caller_option = "by ";
constexpr std::string_view address_option = "from ";

void add_option(http::Request& request, const std::string& option) {
  if (option.starts_with(body_option) || option == no_target_option ||
      option.starts_with(caller_option))
    return;  // They are about what is made of the call.
  if (option.starts_with(address_option)) {
    request.remote_address = option.substr(address_option.size());
  } else if (option == "GET") {
    request.method = option;
  } else if (option.starts_with('/')) {
    request.target = option;
  } else {
    const std::size_t colon = option.find(": ");
    request.headers.add(option.substr(0, colon), option.substr(colon + 2));
  }
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<json::object> json_object_of(const http::Response& response) {
  boost::system::error_code error;
  const json::value body = json::parse(response.body, error);
  if (error || !body.is_object()) return bad("no JSON object", response);
  return body.get_object();
}

Result<json::object> object_at(const json::object& object,
                               std::string_view name,
                               const http::Response& response) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_object()) return bad("no " + std::string(name), response);
  return value->get_object();
}

Result<void> check_fault(std::string_view fault, const http::Response& response) {
  const std::string_view wanted = response.status >= 500 ? "Receiver" : "Sender";
  if (fault != wanted) return bad(fmt::format("the fault is not the {}'s", wanted), response);
  return {};
}

Result<Answer> json_answer(const http::Response& response) {
  Answer answer{.status = response.status};
  const json::object body = TRY(json_object_of(response));
  if (response.status == 200) {
    answer.output = body;
    return answer;
  }
  answer.error_type = text_at(body, "__type");
  answer.message = text_at(body, "message");
  const std::string header(response.headers.find("x-amzn-query-error").value_or(""));
  const std::size_t semicolon = std::min(header.find(';'), header.size() - 1);
  answer.query_code = header.substr(0, semicolon);
  TRY(check_fault(header.substr(semicolon + 1), response));
  return answer;
}

struct ResultNames {
  std::string response;
  std::string result;
  Owner owner;
};

// How a service writes XML, once more, as a check on what src/ says.
struct Dialect {
  std::string_view xml_namespace;
  std::size_t error_members;
};

const Dialect& dialect_of(Owner owner) {
  static constexpr Dialect sqs{.xml_namespace = "http://queue.amazonaws.com/doc/2012-11-05/",
                               .error_members = 4};
  static constexpr Dialect sns{.xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/",
                               .error_members = 3};
  static constexpr Dialect sts{.xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                               .error_members = 3};
  if (owner == Owner::sts) return sts;
  return owner == Owner::sns ? sns : sqs;
}

Result<Answer> xml_answer(const ActionShapes* action,
                          const ResultNames& names,
                          const http::Response& response) {
  Answer answer{.status = response.status};
  Result<Element> read = read_xml(response.body);
  if (!read) return bad(read.error().message, response);
  const Element& root = *read;
  const Dialect& dialect = dialect_of(names.owner);
  if (response.body.find(fmt::format("xmlns=\"{}\"", dialect.xml_namespace)) == std::string::npos)
    return bad("not the service's namespace", response);
  if (response.status != 200) {
    const Element* error = root.child("Error");
    const Element* id = root.child("RequestId");
    if (root.name != "ErrorResponse" || error == nullptr ||
        error->children.size() != dialect.error_members || error->child("Code") == nullptr ||
        error->child("Message") == nullptr || error->child("Type") == nullptr ||
        (error->child("Detail") != nullptr) !=
            (names.owner != Owner::sns && names.owner != Owner::sts) ||
        id == nullptr || id->text != response.headers.find("x-amzn-RequestId")) {
      return bad("no error", response);
    }
    answer.query_code = error->child("Code")->text;
    answer.message = error->child("Message")->text;
    TRY(check_fault(error->child("Type")->text, response));
    return answer;
  }
  const Element* metadata = root.child("ResponseMetadata");
  const bool has_result = action->output != &shape_of<Nothing>;
  const Element* result = root.child(names.result);
  if (root.name != names.response || (result != nullptr) != has_result || metadata == nullptr ||
      metadata->child("RequestId") == nullptr ||
      metadata->child("RequestId")->text != response.headers.find("x-amzn-RequestId")) {
    return bad("no answer", response);
  }
  if (has_result) answer.output = TRY(output_of_xml(*result, *action->output));
  return answer;
}

Result<Answer> query_json_answer(const ActionShapes* action,
                                 const ResultNames& names,
                                 const http::Response& response) {
  Answer answer{.status = response.status};
  const json::object body = TRY(json_object_of(response));
  if (response.status != 200) {
    const json::object error = TRY(object_at(body, "Error", response));
    answer.query_code = text_at(error, "Code");
    answer.message = text_at(error, "Message");
    TRY(check_fault(text_at(error, "Type"), response));
    return answer;
  }
  const json::object inside = TRY(object_at(body, names.response, response));
  const json::object metadata = TRY(object_at(inside, "ResponseMetadata", response));
  if (text_at(metadata, "RequestId") != response.headers.find("x-amzn-RequestId"))
    return bad("not the header's RequestId", response);
  if (action->output == &shape_of<Nothing>) return answer;
  const json::object result = TRY(object_at(inside, names.result, response));
  answer.output = TRY(output_of_query_json(result, *action->output));
  return answer;
}

std::string_view version_of(Owner owner) {
  if (owner == Owner::sts) return "2011-06-15";
  return owner == Owner::sns ? "2010-03-31" : "2012-11-05";
}

// Sent instead of what the input comes to.
std::optional<std::string> body_text(const ProtocolCall& call) {
  for (const std::string& each : call.options) {
    if (each.starts_with(body_option)) return each.substr(body_option.size());
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::json:
      return "json";
    case Protocol::query:
      return "query";
    case Protocol::query_json:
      break;
  }
  return "query_json";
}

Protocol spoken(Protocol protocol, std::string_view action) {
  const Owner owner = owner_of(action);
  const bool is_other = protocol == Protocol::json && (owner == Owner::sns || owner == Owner::sts);
  return is_other ? Protocol::query : protocol;
}

std::optional<std::string> caller_of(const std::vector<std::string>& options) {
  for (const std::string& each : options) {
    if (each.starts_with(caller_option)) return each.substr(caller_option.size());
  }
  return std::nullopt;
}

http::Request request_of(Protocol asked, const ProtocolCall& call) {
  const Protocol protocol = spoken(asked, call.action);
  const Owner owner = owner_of(call.action);
  http::Request request{.method = "POST", .target = "/", .headers = {}, .body = {}};
  for (const std::string& each : call.options) add_option(request, each);
  if (request.header("Host").empty()) request.headers.add("Host", "mailrail.test");
  if (protocol == Protocol::json) {
    if (std::ranges::find(call.options, no_target_option) == call.options.end())
      request.headers.add(
          "X-Amz-Target",
          fmt::format("{}.{}", owner == Owner::administration ? "Mailrail" : "AmazonSQS",
                      call.action));
    request.headers.add("Content-Type", "application/x-amz-json-1.0");
    request.body = body_text(call).value_or(json::serialize(call.input));
    return request;
  }
  const ActionShapes* shapes = find_action(call.action);
  std::string form = form_of({.action = wire_name(call.action), .version = version_of(owner)},
                             call.input, shapes ? shapes->input : nullptr);
  if (const auto text = body_text(call)) form = *text;
  if (protocol == Protocol::query_json) request.headers.add("Accept", "application/json");
  if (request.method == "GET") {
    request.target += (request.target.find('?') == std::string::npos ? "?" : "&") + form;
  } else {
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = std::move(form);
  }
  return request;
}

Result<Answer> answer_of(Protocol asked, std::string_view action, const http::Response& response) {
  const Protocol protocol = spoken(asked, action);
  if (response.body == "<UnknownOperationException/>\n")
    return Answer{.status = response.status, .query_code = "UnknownOperationException"};
  if (response.headers.find("Content-Type") != wire::content_type(protocol) ||
      response.headers.find("x-amzn-RequestId").value_or("").size() != 36) {
    return bad("no answer of this protocol", response);
  }
  if (protocol == Protocol::json) return json_answer(response);
  const ActionShapes* shapes = find_action(action);
  if (shapes == nullptr && response.status == 200) return bad("no such action", response);
  const ResultNames names{.response = fmt::format("{}Response", wire_name(action)),
                          .result = fmt::format("{}Result", wire_name(action)),
                          .owner = owner_of(action)};
  return protocol == Protocol::query ? xml_answer(shapes, names, response)
                                     : query_json_answer(shapes, names, response);
}

}  // namespace mailrail::cases
