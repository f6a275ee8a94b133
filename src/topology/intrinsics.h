// Intrinsic functions of CloudFormation: what Ref, Fn::GetAtt, Fn::Join, Fn::Sub, Fn::Select and
// Fn::Split stand for in a template, as far as queues and topics are concerned.
//
// Queues and topics have the names that the template gives them; one without a name has its logical
// id, so that it is the same one the next time. What only AWS knows (an ARN of a role, a key) is
// told from what is wrong.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "topology/topology.h"

namespace mailrail::topology {

struct TemplateSetting {
  Place place = {};
  std::string stack = "stack";  // AWS::StackName.
  // Beside the template's parameters also what it refers to elsewhere: "Role.Arn".
  std::map<std::string, std::string> parameters = {};
};

enum class TroubleKind : std::uint8_t {
  no_value,  // AWS::NoValue: as if it were not there.
  foreign,   // It refers to what is not a queue, topic or parameter.
  wrong,
};

struct Trouble {
  TroubleKind kind;
  std::string sentence = {};
};

using Resolved = std::expected<boost::json::value, Trouble>;
using ResolvedText = std::expected<std::string, Trouble>;

class Intrinsics {
 public:
  // Both outlive this.
  Intrinsics(const boost::json::object& root, const TemplateSetting& setting);

  // With all functions inside it replaced, and without what has no value.
  Resolved resolve(const boost::json::value& value);
  // A text, a number or true and false, as text.
  ResolvedText text(const boost::json::value& value);
  // Of a queue or topic.
  ResolvedText name(std::string_view logical_id);

 private:
  Resolved function(std::string_view name, const boost::json::value& argument);
  Resolved object(const boost::json::object& value);
  Resolved list(const boost::json::array& value);
  Resolved join(const boost::json::value& argument);
  Resolved select(const boost::json::value& argument);
  Resolved split(const boost::json::value& argument);
  Resolved substitute(const boost::json::value& argument);
  Resolved attribute(const boost::json::value& argument);
  ResolvedText reference(std::string_view name);
  ResolvedText attribute_of(std::string_view logical_id, std::string_view attribute);
  ResolvedText queue_attribute(std::string_view name, std::string_view attribute) const;
  ResolvedText foreign(std::string_view logical_id, std::string_view type) const;
  const boost::json::object* resource(std::string_view logical_id) const;

  const boost::json::object& root_;
  const TemplateSetting& setting_;
  std::size_t depth_ = 0;  // Of names that are made of names.
};

// Of a resource; empty if it has none.
std::string_view type_of(const boost::json::object& resource);
// The member if it is an object, else null.
const boost::json::object* object_in(const boost::json::object& outer, std::string_view name);

}  // namespace mailrail::topology
