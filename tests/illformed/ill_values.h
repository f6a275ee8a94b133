// What can be wrong with one value of a request, for every type of value, and what must come of it.
//
// A text for AWS JSON stands where the value stood. One for AWS Query stands where its parameter
// stood, with the parameter's name in place of every `@`.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/illformed/place.h"

namespace mailrail::illformed {

enum class Verdict {
  answered,     // Either is right: a success, or an error of the client.
  refused,      // An error of the client.
  undecodable,  // That error which says that the request could not be read.
  absent,       // As if the member were not there.
};

struct IllValue {
  std::string name;
  std::string text;
  Verdict verdict;
};

std::vector<IllValue> json_values(const Place& place, const boost::json::value& fitting);
std::vector<IllValue> query_values(const Place& place);

// Right by its type, and for the action to judge: both protocols must say the same of it.
std::vector<boost::json::value> plain_values(const Place& place);

// Whole bodies, whatever the action.
std::vector<IllValue> json_bodies();
// Whole forms; `@` is the action's name.
std::vector<IllValue> query_bodies();

}  // namespace mailrail::illformed
