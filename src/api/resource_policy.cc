#include "api/resource_policy.h"

#include <memory>
#include <utility>

namespace mailrail::api {
namespace {

auth::Policy denies_everything() {
  auth::Policy policy{.statements = {}, .has_statements = true};
  policy.statements.push_back({.effect = auth::Effect::deny,
                               .principals = {{.kind = auth::PrincipalKind::anybody}},
                               .actions = {.listing = auth::Listing::included, .texts = {"*"}},
                               .resources = {.listing = auth::Listing::excluded}});
  return policy;
}

class ReadPolicy final : public engine::Matcher {
 public:
  explicit ReadPolicy(std::string_view text)
      : policy_(auth::parse_policy(text).value_or(denies_everything())) {}

  const auth::Policy& policy() const { return policy_; }

  std::uint64_t memory_bytes() const override { return sizeof(*this) + policy_.memory_bytes(); }

 private:
  auth::Policy policy_;
};

template <class Owner>
const auth::Policy* read_policy_of(engine::Engine& engine, const Owner& owner) {
  const auto text = owner.attributes.kept.find("Policy");
  if (text == owner.attributes.kept.end()) return nullptr;
  if (owner.matcher == nullptr)
    engine.keep_matcher(owner.id, std::make_shared<const ReadPolicy>(text->second));
  return &static_cast<const ReadPolicy&>(*owner.matcher).policy();
}

}  // namespace

const auth::Policy* policy_of(engine::Engine& engine, const engine::Queue& queue) {
  return read_policy_of(engine, queue);
}

const auth::Policy* policy_of(engine::Engine& engine, const engine::Topic& topic) {
  return read_policy_of(engine, topic);
}

}  // namespace mailrail::api
