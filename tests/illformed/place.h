// Places: everywhere in an action's input where a value stands, found by its shape.
//
// Members, members of members, elements of lists and values of maps: whatever the shape describes,
// whether the example has it or not.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/shape.h"

namespace mailrail::illformed {

struct Place {
  struct Step {
    enum class Kind { member, element, entry };
    Kind kind;
    std::string name;  // Of a member or an entry; an element is the first of its list.
  };

  std::vector<Step> path;
  const Shape* shape;
  bool is_required;

  std::string name() const;  // `Entries.0.Id`
};

std::vector<Place> places_of(const Shape& input, const boost::json::object& example);

// The example with another value there; what leads to it is made if the example has none.
boost::json::object with(const boost::json::object& example,
                         const Place& place,
                         boost::json::value value);
boost::json::object without(const boost::json::object& example, const Place& place);

// What the example has there, or something that its shape allows.
boost::json::value fitting_value(const boost::json::object& example, const Place& place);

}  // namespace mailrail::illformed
