// Walk: how a call goes through a queue that may be longer than one turn should look at.
//
// As long as nothing of what it looks for was found it asks for another turn, up to a number; then
// it answers with what there is and where to go on.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "admin/limits.h"
#include "api/api_call.h"
#include "base/ids.h"
#include "base/result.h"
#include "engine/identity.h"
#include "sqs/errors.h"

namespace mailrail::admin {

// Of a parameter After; from the beginning if it was not given.
inline Result<Seq> read_after(const std::optional<std::string>& after) {
  if (!after) return Seq();
  const std::optional<Seq> seq = engine::read_sequence_number(*after);
  if (!seq)
    return sqs::errors::invalid_parameter({"After", *after}, "It must be a sequence number");
  return *seq;
}

struct Walk {
  Seq after = {};
  std::size_t turns = 0;

  // The answer, which is this page with so many finds on it, or another turn.
  template <class Page>
  api::Asked<Page> go_on(Page page, std::size_t found, std::optional<Seq> next) {
    if (found > 0 || !next || ++turns == limits::turns_per_walk_max) return page;
    after = *next;
    return {broker::Decision{.verdict = broker::Decision::Verdict::again}, std::move(page)};
  }
};

}  // namespace mailrail::admin
