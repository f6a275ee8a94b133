#include "sns/refusals.h"

#include <fmt/format.h>

namespace mailrail::sns {
namespace {

api::Made refuse(const api::Incoming& incoming, std::string_view what) {
  return std::unexpected(api::answer_with(
      incoming.envelope,
      Error{.kind = &api::errors::invalid_action,
            .message = fmt::format("Operation ({}) is not supported: mailrail does not deliver {}.",
                                   incoming.envelope.action, what)}));
}

api::Made refuse_push(api::Incoming incoming) {
  return refuse(incoming, "push notifications to mobile applications");
}

api::Made refuse_text_message(api::Incoming incoming) {
  return refuse(incoming, "text messages (SMS)");
}

constexpr api::ActionEntry entries[] = {
    {"CheckIfPhoneNumberIsOptedOut", &refuse_text_message},
    {"CreatePlatformApplication", &refuse_push},
    {"CreatePlatformEndpoint", &refuse_push},
    {"CreateSMSSandboxPhoneNumber", &refuse_text_message},
    {"DeleteEndpoint", &refuse_push},
    {"DeletePlatformApplication", &refuse_push},
    {"DeleteSMSSandboxPhoneNumber", &refuse_text_message},
    {"GetEndpointAttributes", &refuse_push},
    {"GetPlatformApplicationAttributes", &refuse_push},
    {"GetSMSAttributes", &refuse_text_message},
    {"GetSMSSandboxAccountStatus", &refuse_text_message},
    {"ListEndpointsByPlatformApplication", &refuse_push},
    {"ListOriginationNumbers", &refuse_text_message},
    {"ListPhoneNumbersOptedOut", &refuse_text_message},
    {"ListPlatformApplications", &refuse_push},
    {"ListSMSSandboxPhoneNumbers", &refuse_text_message},
    {"OptInPhoneNumber", &refuse_text_message},
    {"SetEndpointAttributes", &refuse_push},
    {"SetPlatformApplicationAttributes", &refuse_push},
    {"SetSMSAttributes", &refuse_text_message},
    {"VerifySMSSandboxPhoneNumber", &refuse_text_message},
};

}  // namespace

std::span<const api::ActionEntry> refusals() { return entries; }

}  // namespace mailrail::sns
