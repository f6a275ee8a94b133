// Form: the parameters of an AWS Query request, from its query string and its form body.
//
// Percent-escapes and `+` are decoded once, into one buffer; names and values are views into it. Of
// a repeated name the last one counts. Text that isn't UTF-8 is refused here, so that nothing above
// has to ask.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "wire/decode_error.h"

namespace mailrail::wire {

// Ten messages with ten attributes each have about 600.
inline constexpr std::size_t form_parameters_max = 8192;

struct Parameter {
  std::string_view name;
  std::string_view value;
};

class Form {
 public:
  // Of a name in both, the body's counts.
  static Decoded<Form> parse(std::string_view query_string, std::string_view body = {});

  std::optional<std::string_view> find(std::string_view name) const;

  // All whose name begins so, in byte order of their names.
  std::span<const Parameter> beginning_with(std::string_view prefix) const;

 private:
  Form() = default;

  Decoded<void> add(std::string_view encoded);
  Decoded<std::string_view> decode(std::string_view encoded);
  void sort();

  std::vector<char> text_;  // Reserved whole before the first view into it is taken; moving a Form
                            // keeps the views.
  std::vector<Parameter> parameters_;  // By name, each name once.
};

}  // namespace mailrail::wire
