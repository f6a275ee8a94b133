// What is wrong with a command line, as a sentence: which command or option there is not, which one
// was probably meant, what is missing.
//
// What nobody took is told before what is missing: a slip in a name is mostly the cause of both.

#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace mailrail::cli {

struct UsageError {
  std::string sentence;
  std::string command;  // That it is about: "mailrail queues ls". Its help says more.
};

// Of the program whose parsing ended by that error.
UsageError usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace mailrail::cli
