// DescribeServer: version, limits and what is used of them, where the log stands, what the start
// found, which settings are on.
//
// One look at what is kept along anyway. A standby hands the call on like any other, so the owner
// of a shared log describes itself.

#pragma once

#include "admin/server_shapes.h"
#include "api/api_call.h"

namespace mailrail::admin {

struct DescribeServer {
  static constexpr std::string_view name = "DescribeServer";
  static constexpr bool is_about_account = true;
  using Input = Nothing;
  using Output = DescribeServerOutput;
  using Prepared = Nothing;
  struct Decided {
    Instant now = {};
    engine::ServerUse use;
    std::size_t queues = 0;
    std::size_t messages = 0;
    std::size_t topics = 0;
    std::size_t subscriptions = 0;
  };

  static Prepared prepare(Input, const api::Context&) { return {}; }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared&);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context& context,
                               const api::Bodies&);
};

}  // namespace mailrail::admin
