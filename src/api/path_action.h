// Which action a path names by itself, and which queue, where a service has such actions
// (PathAction).
//
// The queue is given as the path of its URL: `/queue/us-east-1/000000000000/orders`. Empty if the
// path names none; then a parameter does.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/service.h"

namespace mailrail::api {

struct NamedByPath {
  const Service* service;
  const ActionEntry* action;
  std::string queue_path;
};

std::optional<NamedByPath> named_by_path(std::span<const Service> services, std::string_view path);

}  // namespace mailrail::api
