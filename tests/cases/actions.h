// What goes into each action and what comes out, by which the tests encode and decode.
//
// These are the shapes themselves, never a copy of them: what is wrong with a shape is for the unit
// tests to find, which compare it with AWS's model.

#pragma once

#include <string_view>

#include "base/shape.h"

namespace mailrail::cases {

struct ActionShapes {
  std::string_view name;
  const Shape* input;
  const Shape* output;
};

// Of the administrative API, which is not AWS's and speaks AWS JSON only.
bool is_administrative(std::string_view action);

// Null if there is no such action.
const ActionShapes* find_action(std::string_view name);

}  // namespace mailrail::cases
