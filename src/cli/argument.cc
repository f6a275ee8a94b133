#include "cli/argument.h"

#include <cstdint>
#include <optional>

#include <CLI/CLI.hpp>

namespace mailrail::cli {

Argument Argument::required() const { return Argument(option_->required()); }

Argument Argument::positive() const { return Argument(option_->check(CLI::PositiveNumber)); }

Argument Argument::from_to(std::uint64_t least, std::uint64_t most) const {
  return Argument(option_->check(CLI::Range(least, most)));
}

Argument Argument::one_of(std::vector<std::string> values) const {
  return Argument(option_->check(CLI::IsMember(std::move(values))));
}

Argument Argument::repeatable() const { return Argument(option_->expected(1)->take_all()); }

Argument Argument::separated_by(char separator) const {
  return Argument(option_->delimiter(separator));
}

Argument Argument::at_most_one_value() const { return Argument(option_->expected(0, 1)); }

Argument Argument::excludes(Argument other) const {
  return Argument(option_->excludes(other.option_));
}

Argument Argument::value_name(const std::string& name) const {
  return Argument(option_->type_name(name));
}

Argument Argument::variable(const std::string& name) const {
  return Argument(option_->envname(name));
}

Argument Argument::showing_default() const { return Argument(option_->capture_default_str()); }

Argument Argument::not_in_configuration() const { return Argument(option_->configurable(false)); }

template <typename Value>
Argument add_option(CLI::App& command, const char* names, Value& to, const char* help) {
  return Argument(command.add_option(names, to, help));
}

template Argument add_option(CLI::App&, const char*, std::string&, const char*);
template Argument add_option(CLI::App&, const char*, std::optional<std::string>&, const char*);
template Argument add_option(CLI::App&, const char*, std::vector<std::string>&, const char*);
template Argument add_option(CLI::App&, const char*, int&, const char*);
template Argument add_option(CLI::App&, const char*, std::uint64_t&, const char*);
template Argument add_option(CLI::App&, const char*, std::optional<std::uint32_t>&, const char*);
template Argument add_option(CLI::App&, const char*, std::optional<std::uint64_t>&, const char*);

Argument add_flag(CLI::App& command, const char* names, bool& to, const char* help) {
  return Argument(command.add_flag(names, to, help));
}

}  // namespace mailrail::cli
