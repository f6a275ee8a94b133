// What a case names, and how its expectations are compared.
//
// In a string `$q` is the URL of the queue q, `$m.Messages.0.Body` a part of the answer that was
// called m, `$repeat x 1024` a text of that length, and `${...}` any of these amid other text. In
// an expected object null says that a member is absent, and "..." : null that there are no others;
// "$any", "$not text", "$like regex" and "$above number" match more than one value.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.h"

namespace mailrail::cases {

class Names {
 public:
  void call(const std::string& name, boost::json::value answer) {
    values_.insert_or_assign(name, std::move(answer));
  }

  // With every name replaced by what it stands for.
  Result<boost::json::value> resolved(const boost::json::value& value) const;
  Result<std::string> resolved_text(std::string_view text) const;

 private:
  Result<boost::json::value> value_of(std::string_view name) const;
  Result<boost::json::value> resolved_string(std::string_view text) const;

  std::map<std::string, boost::json::value, std::less<>> values_;
};

// Where and how `got` differs from what was expected; nothing if it does not.
std::optional<std::string> difference(const boost::json::value& expected,
                                      const boost::json::value& got,
                                      const std::string& path = "");

}  // namespace mailrail::cases
