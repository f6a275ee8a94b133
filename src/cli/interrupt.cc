#include "cli/interrupt.h"

#include <csignal>

#include <unistd.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

volatile std::sig_atomic_t is_watched = 0;
volatile std::sig_atomic_t has_come = 0;

void on_signal(int) {
  if (is_watched == 0 || has_come != 0) ::_exit(static_cast<int>(ExitCode::interrupted));
  has_come = 1;
}

}  // namespace

void exit_when_interrupted() {
  struct sigaction action = {};
  action.sa_handler = &on_signal;
  sigaction(SIGINT, &action, nullptr);
}

Interrupt::Interrupt() {
  has_come = 0;
  is_watched = 1;
}

Interrupt::~Interrupt() { is_watched = 0; }

bool Interrupt::came() const { return has_come != 0; }

}  // namespace mailrail::cli
