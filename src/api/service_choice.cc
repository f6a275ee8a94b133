#include "api/service_choice.h"

#include <algorithm>

namespace mailrail::api {
namespace {

bool speaks_query(const Service& service) { return !service.query_versions.empty(); }

bool has_version(const Service& service, std::string_view version) {
  return std::ranges::find(service.query_versions, version) != service.query_versions.end();
}

template <class Condition>
const Service* first(std::span<const Service> services, Condition condition) {
  const auto found = std::ranges::find_if(services, condition);
  return found == services.end() ? nullptr : &*found;
}

// `sns.us-east-1.amazonaws.com`: whole labels only.
bool names(std::string_view host, const Service& service) {
  host = host.substr(0, host.find(':'));
  while (!host.empty()) {
    const std::string_view label = host.substr(0, host.find('.'));
    if (label == service.signing_name) return true;
    host.remove_prefix(std::min(host.size(), label.size() + 1));
  }
  return false;
}

// An action that several services have, or none.
const Service* choose_by_what_it_is_about(std::span<const Service> services, const Clues& clues) {
  const auto has_subject = [&](const Service& each) {
    return speaks_query(each) && !each.subject_parameter.empty() &&
           clues.form.find(each.subject_parameter).has_value();
  };
  if (const Service* found = first(services, has_subject)) return found;
  const auto is_named = [&](const Service& each) {
    return speaks_query(each) && names(clues.host, each);
  };
  if (const Service* found = first(services, is_named)) return found;
  return services.data();
}

}  // namespace

const Service* service_signed_for(std::span<const Service> services, std::string_view name) {
  if (name.empty()) return nullptr;
  return first(services, [&](const Service& each) { return each.signing_name == name; });
}

const Service* choose_service(std::span<const Service> services, const Clues& clues) {
  const std::string_view version = clues.form.find("Version").value_or("");
  if (const Service* found = service_signed_for(services, clues.signed_for))
    return version.empty() || has_version(*found, version) ? found : nullptr;
  if (!version.empty())
    return first(services, [&](const Service& each) { return has_version(each, version); });
  if (!clues.queue_path.empty()) {
    const auto knows_it = [](const Service& each) { return each.queue_paths == QueuePaths::known; };
    if (const Service* found = first(services, knows_it)) return found;
  }
  const std::string_view action = clues.form.find("Action").value_or("");
  const auto has_it = [&](const Service& each) {
    return speaks_query(each) && find_action(each, action) != nullptr;
  };
  if (std::ranges::count_if(services, has_it) == 1) return first(services, has_it);
  return choose_by_what_it_is_about(services, clues);
}

}  // namespace mailrail::api
