// TestFilter: which subscriptions of a topic would get a message, and why the others would not.
//
// Nothing is published. What SNS would refuse to publish for its attributes, its structure or its
// size is refused here, too, in the same words; a message may be missing, where only attributes
// matter. A page is as long as those of SNS.

#pragma once

#include <map>
#include <optional>
#include <string>

#include "admin/topic_filter_shapes.h"
#include "api/api_call.h"
#include "sns/filter_event.h"
#include "sns/target_topic.h"

namespace mailrail::admin {

struct TestFilter {
  static constexpr std::string_view name = "TestFilter";
  using Input = TestFilterInput;
  using Output = TestFilterOutput;
  struct Prepared {
    Result<engine::TopicName> topic;
    Result<void> message;  // What is wrong with it by itself.
    std::size_t counted_bytes = 0;
    // What filters look at: of protocols with a text of their own, and of the others.
    std::map<engine::Protocol, sns::Event> events_by_protocol = {};
    std::optional<sns::Event> event = {};  // Unless the message is wrong.
    Result<SubscriptionId> after;
  };
  using Decided = TestFilterOutput;

  static std::optional<api::Subject> subject(const Prepared& prepared) {
    return sns::topic_subject(prepared.topic);
  }
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& tested,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return tested;
  }
};

}  // namespace mailrail::admin
