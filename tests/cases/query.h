// AWS Query from the client's side: a JSON input into form parameters, and an answer in XML or in
// Query's JSON back into what AWS JSON would have answered.
//
// The shapes say how; whatever an answer has beyond its shape is an error.

#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.h"
#include "base/shape.h"
#include "tests/cases/xml.h"

namespace mailrail::cases {

// Values that do not fit their shape go out as they are, and so do members that it does not have.
struct FormHead {
  std::string_view action;
  std::string_view version;
};
std::string form_of(const FormHead& head,
                    const boost::json::object& input,
                    const Shape* input_shape);

Result<boost::json::value> output_of_xml(const Element& result, const Shape& output);
Result<boost::json::value> output_of_query_json(const boost::json::object& result,
                                                const Shape& output);

}  // namespace mailrail::cases
