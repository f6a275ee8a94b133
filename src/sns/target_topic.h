// TargetTopic: the topic that a request is about, read from its ARN on the HTTP thread, looked up
// on the engine thread.
//
// An ARN that is none, or one of another region, is an error that travels along; so a request names
// the same topic from beginning to end, or none.

#pragma once

#include <optional>
#include <string_view>

#include "api/access.h"
#include "base/result.h"
#include "engine/engine.h"
#include "sns/arn.h"
#include "sns/errors.h"

namespace mailrail::sns {

inline std::optional<api::Subject> topic_subject(const Result<engine::TopicName>& name) {
  if (!name) return std::nullopt;
  return api::Subject{.about = auth::About::topic, .name = *name};
}

inline bool may_see(const auth::Caller& caller, const engine::TopicName& topic) {
  return api::may_see(caller, {.about = auth::About::topic, .name = topic});
}

struct TargetTopic {
  Result<engine::TopicName> name;

  TargetTopic(std::string_view parameter, std::string_view arn, const api::Context& context)
      : name(parse_topic_arn(parameter, arn, context.caller.region)) {}

  std::optional<api::Subject> subject() const { return topic_subject(name); }

  // Good for this turn.
  Result<const engine::Topic*> find(const engine::Engine& engine) const {
    if (!name) return std::unexpected(name.error());
    const engine::Topic* topic = engine.topics().find(*name);
    if (topic == nullptr) return errors::topic_not_found();
    return topic;
  }

  // The same, where AWS speaks of a resource.
  Result<const engine::Topic*> find_resource(const engine::Engine& engine) const {
    Result<const engine::Topic*> found = find(engine);
    if (!found && found.error().kind == &errors::not_found_kind)
      return fail(errors::resource_not_found_kind, "Resource does not exist");
    return found;
  }
};

}  // namespace mailrail::sns
