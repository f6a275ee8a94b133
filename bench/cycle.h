// Cycle: a role that sends a message, receives it and deletes it, one after the other; only the
// receive is measured.
//
// For the cost of a receive beside whatever else is in the queue.

#pragma once

#include <string>
#include <vector>

#include "load/figures.h"
#include "load/requests.h"
#include "load/role.h"
#include "load/script.h"

namespace mailrail::bench {

class Cycle final : public load::Role {
 public:
  struct Options {
    std::string queue_url;
    load::Part part;
    std::uint64_t cycles_max;
    load::Time ends_at;
  };

  Cycle(Options options,
        const load::Requests& requests,
        const load::Script& script,
        load::Figures& figures)
      : options_(std::move(options)), requests_(requests), script_(script), figures_(figures) {}

  load::Step next(load::Time now) override;
  void on_reply(const load::Reply& reply, load::Time now) override;
  void on_broken(std::string_view why) override { figures_.fail(why); }
  void on_gone(std::string_view why) override { figures_.fail(why); }

 private:
  enum class Doing : std::uint8_t { sending, receiving, deleting };

  const Options options_;
  const load::Requests& requests_;
  const load::Script& script_;
  load::Figures& figures_;
  Doing doing_ = Doing::deleting;  // Of the last request.
  std::uint64_t sent_ = 0;
  load::Time begun_ = {};
  std::vector<std::string> receipt_handles_;
  load::ReplyParser parser_;
};

}  // namespace mailrail::bench
