// GetCallerIdentity: who asks, as the server knows it.
//
// Tools ask it before anything else, to see that their credentials work. It takes a key where keys
// are in force, and no role. Where none are, whoever asks is the root of the account.

#pragma once

#include <string>
#include <string_view>

#include "api/api_call.h"

namespace mailrail::sts {

struct GetCallerIdentityInput {
  static constexpr std::span<const Field> fields = {};
};

struct GetCallerIdentityOutput {
  std::string user_id;
  std::string account;
  std::string arn;

  static constexpr Field fields[] = {
      field<&GetCallerIdentityOutput::user_id>("UserId"),
      field<&GetCallerIdentityOutput::account>("Account"),
      field<&GetCallerIdentityOutput::arn>("Arn"),
  };
};

struct GetCallerIdentity {
  static constexpr std::string_view name = "GetCallerIdentity";
  static constexpr bool is_about_account = true;
  using Input = GetCallerIdentityInput;
  using Output = GetCallerIdentityOutput;
  using Prepared = GetCallerIdentityOutput;
  using Decided = Nothing;

  static Prepared prepare(const Input&, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine&, engine::Turn&, Prepared&) { return Nothing{}; }
  static Result<Output> finish(const Decided&,
                               const Prepared& identity,
                               const api::Context&,
                               const api::Bodies&) {
    return identity;
  }
};

}  // namespace mailrail::sts
