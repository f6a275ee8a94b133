// TagResource, UntagResource and ListTagsForResource: the tags of a topic, which is the only
// resource of SNS that has some. What changes nothing is not written to the log.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/api_call.h"
#include "sns/tags.h"
#include "sns/target_topic.h"
#include "sns/topic_shapes.h"

namespace mailrail::sns {

// One of a key that the topic has takes its place.
struct TagResource {
  static constexpr std::string_view name = "TagResource";
  using Input = TagResourceInput;
  using Output = TagResourceOutput;
  struct Prepared {
    TargetTopic topic;
    Result<TagMap> tags;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided&,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{};
  }
};

// Keys that the topic has not are passed over.
struct UntagResource {
  static constexpr std::string_view name = "UntagResource";
  using Input = UntagResourceInput;
  using Output = UntagResourceOutput;
  struct Prepared {
    TargetTopic topic;
    Result<void> checked;
    std::vector<std::string> keys;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided&,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{};
  }
};

struct ListTagsForResource {
  static constexpr std::string_view name = "ListTagsForResource";
  using Input = ListTagsForResourceInput;
  using Output = ListTagsForResourceOutput;
  using Prepared = TargetTopic;
  struct Decided {
    TagMap tags;
  };

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetTopic("ResourceArn", *input.resource_arn, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& topic);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{.tags = listed_tags(decided.tags)};
  }
};

}  // namespace mailrail::sns
