// Argument: an option, flag or positional that a command takes, as it is declared.
//
// CLI11 parses the command line, and its header takes a compiler seconds wherever it is used.
// Commands declare what they take by what stands here, and only what reads declarations back
// includes CLI11. What can't be parsed, or isn't what was declared, ends with a usage error (exit
// code 2).

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mailrail::cli {

class Argument {
 public:
  explicit Argument(CLI::Option* option) : option_(option) {}

  Argument required() const;
  Argument positive() const;                                        // Numbers: above zero.
  Argument from_to(std::uint64_t least, std::uint64_t most) const;  // Likewise.
  Argument one_of(std::vector<std::string> values) const;           // Also named by the help.
  Argument repeatable() const;                  // A value each time that it is given.
  Argument separated_by(char separator) const;  // Several values in one, too.
  Argument at_most_one_value() const;           // It may be given without one.
  Argument excludes(Argument other) const;
  Argument value_name(const std::string& name) const;  // What the help calls the value.
  Argument variable(const std::string& name) const;    // The environment variable that stands in.
  Argument showing_default() const;                    // The help tells what the value was before.
  Argument not_in_configuration() const;               // No setting: only a flag.

 private:
  CLI::Option* option_;
};

// A name without dashes is that of a positional. What is given is written to `to` when the command
// line is parsed; `to` must stay until then. For the types that argument.cc names: text and whole
// numbers, one, none or one (std::optional), or many (std::vector).
template <typename Value>
Argument add_option(CLI::App& command, const char* names, Value& to, const char* help);

Argument add_flag(CLI::App& command, const char* names, bool& to, const char* help);

}  // namespace mailrail::cli
