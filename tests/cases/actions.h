// What goes into each action and what comes out, by which the tests encode and decode.
//
// These are the shapes themselves, never a copy of them: what is wrong with a shape is for the unit
// tests to find, which compare it with AWS's model. An action that SQS has too is called
// `sns:AddPermission` if it is SNS's.

#pragma once

#include <string_view>
#include <vector>

#include "api/service.h"
#include "base/shape.h"

namespace mailrail::cases {

enum class Owner { sqs, sns, sts, administration };

struct ActionShapes {
  std::string_view name;
  const Shape* input;
  const Shape* output;
};

// Whose it is; SQS's if nobody has it.
Owner owner_of(std::string_view action);
// As requests call it: `AddPermission`.
std::string_view wire_name(std::string_view action);
// Of the administrative API, which is not AWS's and speaks AWS JSON only.
inline bool is_administrative(std::string_view action) {
  return owner_of(action) == Owner::administration;
}

// Every service there is.
std::vector<api::Service> services();

// Null if there is no such action.
const ActionShapes* find_action(std::string_view name);

// What each service has, as cases call it, without that of STS. Those of SNS's that do nothing but
// refuse are left out, and those of backups, of which a log in memory has none.
std::vector<std::string_view> served_actions();
std::vector<std::string_view> served_by(Owner owner);

}  // namespace mailrail::cases
