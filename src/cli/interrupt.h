// Ctrl-C in commands that ask services: the process ends with 130, as scripts know it.
//
// A command that has something to say first, such as how to go on, watches for it meanwhile and
// ends by itself. The second Ctrl-C ends it at once, whatever it does.

#pragma once

namespace mailrail::cli {

void exit_when_interrupted();

// While there is one, the first Ctrl-C only sets it.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool came() const;
};

}  // namespace mailrail::cli
