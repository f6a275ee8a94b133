// A policy's text, to be changed: what AddPermission and RemovePermission write into one.
//
// Other members, and other statements, stay as they are and in their order. Nothing is said about
// whether the policy is one that its service takes: see policy.h.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace mailrail::auth {

// One statement: it lets accounts do some actions with a resource, and has a label to find it by.
struct NewStatement {
  std::string_view label;
  const std::vector<std::string>& account_ids;
  std::string_view partition;               // `aws`
  std::string_view service;                 // `SQS`
  const std::vector<std::string>& actions;  // Of the service.
  std::string resource;                     // An ARN.
};

class PolicyText {
 public:
  // Nothing if it is no JSON object, or its statements are none.
  static std::optional<PolicyText> parse(std::string_view text);

  // Without statements.
  PolicyText(std::string_view version, std::string_view id);

  std::size_t statement_count() const { return statements_.size(); }
  bool has_label(std::string_view label) const;

  // Behind the others. What a statement has twice counts once.
  void add(const NewStatement& statement);
  // Every statement of that label; false if there is none.
  bool remove(std::string_view label);

  std::string text() const;

 private:
  PolicyText() = default;

  boost::json::object policy_;
  boost::json::array statements_;
};

}  // namespace mailrail::auth
