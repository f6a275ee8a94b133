#include "broker/busiest.h"

namespace mailrail::broker {

// The vote of Boyer and Moore.
void Busiest::add(std::string_view group) {
  if (lead_ == 0) {
    if (group != candidate_) met_ = 0;
    candidate_ = group;
  }
  if (group == candidate_) {
    lead_ += 1;
    met_ += 1;
  } else {
    lead_ -= 1;
  }
  if (++count_ < looked_at) return;
  found_.reset();
  if (met_ * 2 > looked_at && !candidate_.empty())
    found_ = Found{.group = candidate_, .messages = met_};
  count_ = lead_ = met_ = 0;
}

}  // namespace mailrail::broker
