// The body of an answer, in each of the three forms a client may have asked for: an output, or an
// error.
//
// What differs between services is data, in Service. Errors bring their spellings along in their
// ErrorKind.

#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/shape.h"

namespace mailrail::wire {

enum class Protocol {
  json,        // AWS JSON 1.0.
  query,       // AWS Query, answered in XML.
  query_json,  // AWS Query, answered in JSON.
};

enum class ErrorDetail { absent, empty };

struct Service {
  std::string_view name;  // `sqs`, for those who count.
  std::string_view xml_namespace;
  std::string_view
      error_namespace;  // AWS JSON puts it before the name of the service's own errors,
  std::string_view framework_error_namespace;  // and this one before the others.
  ErrorDetail error_detail;  // Whether an error on Query carries an empty <Detail/>.
};

struct Answer {
  std::string_view action;
  std::string_view request_id;
};

std::string_view content_type(Protocol protocol);

// Nothing has no result element; another output without fields has an empty one.
std::string render_output(Protocol protocol,
                          const Service& service,
                          const Answer& answer,
                          Source output);

template <class Output>
std::string render_output(Protocol protocol,
                          const Service& service,
                          const Answer& answer,
                          const Output& output) {
  return render_output(protocol, service, answer, source_of(output));
}

std::string render_error(Protocol protocol,
                         const Service& service,
                         std::string_view request_id,
                         const Error& error);

// The header by which AWS JSON tells Query's code of an error: `QueueAlreadyExists;Sender`.
std::string query_error_header(const ErrorKind& kind);

}  // namespace mailrail::wire
