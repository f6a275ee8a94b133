#include "wire/form.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <simdjson.h>

namespace mailrail::wire {
namespace {

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::unexpected<DecodeError> malformed(std::string detail) {
  return decode_failed(DecodeError::Kind::malformed, "", std::move(detail));
}

}  // namespace

Decoded<Form> Form::parse(std::string_view query_string, std::string_view body) {
  Form form;
  form.text_.reserve(query_string.size() + body.size());  // Decoding never makes text longer.
  for (const std::string_view part : {query_string, body}) {
    if (Decoded<void> added = form.add(part); !added)
      return std::unexpected(std::move(added).error());
  }
  form.sort();
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(parameters_, name, {}, &Parameter::name);
  if (found == parameters_.end() || found->name != name) return std::nullopt;
  return found->value;
}

std::span<const Parameter> Form::beginning_with(std::string_view prefix) const {
  const auto first = std::ranges::lower_bound(parameters_, prefix, {}, &Parameter::name);
  const auto last = std::find_if_not(first, parameters_.end(), [&](const Parameter& each) {
    return each.name.starts_with(prefix);
  });
  return {first, last};
}

Decoded<void> Form::add(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::string_view parameter = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(encoded.size(), parameter.size() + 1));
    if (parameter.empty()) continue;
    if (parameters_.size() == form_parameters_max) {
      return malformed(fmt::format("must not have more than {} parameters", form_parameters_max));
    }

    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const Decoded<std::string_view> name = decode(parameter.substr(0, equals));
    if (!name) return std::unexpected(name.error());
    const Decoded<std::string_view> value =
        decode(parameter.substr(std::min(equals + 1, parameter.size())));
    if (!value) return inside(*name, value.error());
    parameters_.push_back({.name = *name, .value = *value});
  }
  return {};
}

Decoded<std::string_view> Form::decode(std::string_view encoded) {
  const std::size_t begin = text_.size();
  text_.resize(begin + encoded.size());
  char* out = text_.data() + begin;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      *out++ = encoded[i] == '+' ? ' ' : encoded[i];
      continue;
    }
    const int high = i + 1 < encoded.size() ? hex_digit(encoded[i + 1]) : -1;
    const int low = i + 2 < encoded.size() ? hex_digit(encoded[i + 2]) : -1;
    if (high < 0 || low < 0)
      return malformed("has a '%' that two hexadecimal digits do not follow");
    *out++ = static_cast<char>(high << 4 | low);
    i += 2;
  }
  const std::string_view decoded(text_.data() + begin, out);
  text_.resize(begin + decoded.size());
  if (!simdjson::validate_utf8(decoded.data(), decoded.size())) return malformed("is not UTF-8");
  return decoded;
}

// The text lies in the order of the request, so of a repeated name the last one is that with the
// highest address.
void Form::sort() {
  std::ranges::sort(parameters_, [](const Parameter& left, const Parameter& right) {
    return std::tuple(left.name, left.name.data()) < std::tuple(right.name, right.name.data());
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const bool is_repeated =
        i + 1 < parameters_.size() && parameters_[i + 1].name == parameters_[i].name;
    if (!is_repeated) parameters_[kept++] = parameters_[i];
  }
  parameters_.resize(kept);
}

}  // namespace mailrail::wire
