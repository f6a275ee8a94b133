#include "wire/reply.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/json.h"
#include "wire/json_encode.h"
#include "wire/xml_encode.h"

namespace mailrail::wire {
namespace {

constexpr std::string_view xml_declaration = "<?xml version=\"1.0\"?>";

std::string_view fault_of(const ErrorKind& kind) {
  return kind.http_status >= 500 ? "Receiver" : "Sender";
}

// AWS words some messages differently on Query.
std::string_view query_message(const Error& error) {
  return error.kind->query_message.empty() ? std::string_view(error.message)
                                           : error.kind->query_message;
}

void append_text_element(std::string& out, std::string_view name, std::string_view text) {
  std::string escaped;
  append_xml_text(escaped, text);
  append_xml_element(out, name, escaped);
}

bool has_result(Source output) { return output.shape != &shape_of<Nothing>; }

std::string output_xml(const Service& service, const Answer& answer, Source output) {
  std::string out;
  out += xml_declaration;
  out += fmt::format("<{}Response xmlns=\"{}\">", answer.action, service.xml_namespace);
  if (has_result(output)) {
    std::string members;
    append_xml(members, output);
    append_xml_element(out, fmt::format("{}Result", answer.action), members);
  }
  out += "<ResponseMetadata>";
  append_text_element(out, "RequestId", answer.request_id);
  out += "</ResponseMetadata>";
  out += fmt::format("</{}Response>", answer.action);
  return out;
}

std::string output_query_json(const Answer& answer, Source output) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key(fmt::format("{}Response", answer.action));
  json.begin_object();
  if (has_result(output)) {
    json.key(fmt::format("{}Result", answer.action));
    write_query_json(json, output);
  }
  json.key("ResponseMetadata");
  json.begin_object();
  json.member("RequestId", answer.request_id);
  json.end_object();
  json.end_object();
  json.end_object();
  return out;
}

std::string error_json(const Service& service, const Error& error) {
  const std::string_view error_namespace = error.kind->origin == ErrorOrigin::service
                                               ? service.error_namespace
                                               : service.framework_error_namespace;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("__type", fmt::format("{}#{}", error_namespace, error.kind->name));
  json.member("message", error.message);
  json.end_object();
  return out;
}

std::string error_xml(const Service& service, std::string_view request_id, const Error& error) {
  std::string out;
  out += xml_declaration;
  out += fmt::format("<ErrorResponse xmlns=\"{}\"><Error>", service.xml_namespace);
  append_text_element(out, "Type", fault_of(*error.kind));
  append_text_element(out, "Code", error.kind->query_code);
  append_text_element(out, "Message", query_message(error));
  if (service.error_detail == ErrorDetail::empty) append_xml_element(out, "Detail", "");
  out += "</Error>";
  append_text_element(out, "RequestId", request_id);
  out += "</ErrorResponse>";
  return out;
}

std::string error_query_json(const Service& service,
                             std::string_view request_id,
                             const Error& error) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("Error");
  json.begin_object();
  json.member("Type", fault_of(*error.kind));
  json.member("Code", error.kind->query_code);
  json.member("Message", query_message(error));
  if (service.error_detail == ErrorDetail::empty) {
    json.key("Detail");
    json.null();
  }
  json.end_object();
  json.member("RequestId", request_id);
  json.end_object();
  return out;
}

}  // namespace

std::string_view content_type(Protocol protocol) {
  switch (protocol) {
    case Protocol::json:
      return "application/x-amz-json-1.0";
    case Protocol::query:
      return "text/xml";
    case Protocol::query_json:
      return "application/json";
  }
  CHECK(false);
}

std::string render_output(Protocol protocol,
                          const Service& service,
                          const Answer& answer,
                          Source output) {
  switch (protocol) {
    case Protocol::json:
      return encode_json(output);
    case Protocol::query:
      return output_xml(service, answer, output);
    case Protocol::query_json:
      return output_query_json(answer, output);
  }
  CHECK(false);
}

std::string render_error(Protocol protocol,
                         const Service& service,
                         std::string_view request_id,
                         const Error& error) {
  switch (protocol) {
    case Protocol::json:
      return error_json(service, error);
    case Protocol::query:
      return error_xml(service, request_id, error);
    case Protocol::query_json:
      return error_query_json(service, request_id, error);
  }
  CHECK(false);
}

std::string query_error_header(const ErrorKind& kind) {
  return fmt::format("{};{}", kind.query_code, fault_of(kind));
}

}  // namespace mailrail::wire
