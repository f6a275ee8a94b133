// The actions of SNS for what mailrail does not deliver: text messages to phones, and push
// notifications to mobile applications.
//
// Each is there to say so, by the error with which AWS refuses them in regions that do not have
// them; whatever its parameters are, nothing else comes of it.

#pragma once

#include <span>

#include "api/service.h"

namespace mailrail::sns {

// In the order of their names.
std::span<const api::ActionEntry> refusals();

}  // namespace mailrail::sns
