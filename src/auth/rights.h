// Rights: what every action takes, of every service: which roles may do it, what it is about, and
// whether a policy can allow it too.
//
// One table, so that it can be read at once and tested whole. An action that is not in it is
// nobody's: where keys are in force it is refused, whoever asks.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "auth/grant.h"

namespace mailrail::auth {

template <class Enum>
class EnumSet {
 public:
  constexpr EnumSet(std::initializer_list<Enum> members) {
    for (const Enum each : members) bits_ |= bit(each);
  }

  constexpr bool has(Enum member) const { return (bits_ & bit(member)) != 0; }
  constexpr EnumSet with(Enum member) const {
    EnumSet more = *this;
    more.bits_ |= bit(member);
    return more;
  }

 private:
  static constexpr std::uint8_t bit(Enum member) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(member));
  }

  std::uint8_t bits_ = 0;
};

using Roles = EnumSet<Role>;

// What an action is judged by the name of. What is about the server is about all accounts: it is
// for keys that were made for none in particular.
enum class About : std::uint8_t { account, queue, topic, server };

// How far the policy of a queue or topic may allow it to who has no role that does.
enum class Sharing : std::uint8_t { nobody, same_account, any_account };

enum class Trait : std::uint8_t {
  // It shows what messages say, or opens a way by which they could be seen.
  opens_payloads,
  // No policy keeps an admin from it: else one that denies everything could never be taken back.
  takes_back_policies,
  // Of the account it shows only what the patterns of its caller let it.
  narrows_itself,
  // To whoever asks: what the request brings along is the permission.
  is_open,
};

using Traits = EnumSet<Trait>;

struct Right {
  std::string_view service;  // `sqs`; `mailrail`: administration.
  std::string_view action;   // `SendMessageBatch`
  About about;
  Roles roles;  // And admin.
  Sharing sharing;
  Traits traits = {};
  std::string_view single = {};  // Of a batch: `SendMessage`, as which it is judged.

  std::string_view policy_action() const { return single.empty() ? action : single; }
};

// In the order of services and names.
std::span<const Right> rights();

// Null if it is not in the table.
const Right* find_right(std::string_view service, std::string_view action);

// `sqs:SendMessage`, as policies have it and errors say it.
std::string policy_name(const Right& right);

}  // namespace mailrail::auth
