// The calls that the interface for tests makes of the engine: to remove what a test left, and to
// wait until nothing is due any more at the time that it now is.
//
// Their answers are JSON, and leave like all others when what they tell is durable.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/api_call.h"
#include "server/removal.h"

namespace mailrail::server {

// Tests do not say who they are.
inline const api::Context nobodys_context = {};

// For a test that waits for the answer.
class ResetCall final : public api::ApiCall {
 public:
  ResetCall(api::Seat seat, Selection selection)
      : ApiCall(std::move(seat)), removal_(std::move(selection)) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;
  http::Response finish(const api::Bodies&) const override;
  http::Response finish_unreadable(const Error&) const override { return finish({}); }
  const api::Context& context() const override { return nobodys_context; }
  std::string_view target() const override { return {}; }

 private:
  Removal removal_;
};

// For nobody: a name-space's time is over.
class CloseCall final : public broker::Call {
 public:
  explicit CloseCall(Selection selection) : Call(0), removal_(std::move(selection)) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;

 private:
  Removal removal_;
};

// Answered when all that is due has happened.
class SettleCall final : public api::ApiCall {
 public:
  SettleCall(api::Seat seat, Duration advanced) : ApiCall(std::move(seat)), advanced_(advanced) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;
  http::Response finish(const api::Bodies&) const override;
  http::Response finish_unreadable(const Error&) const override { return finish({}); }
  const api::Context& context() const override { return nobodys_context; }
  std::string_view target() const override { return {}; }

 private:
  const Duration advanced_;  // In all, since the server started.
  Instant now_;
};

http::Response json_response(std::string body);
// `2026-11-27T20:34:00.000Z`.
std::string utc_text(Instant instant);

}  // namespace mailrail::server
