// As many open files as the system lets us have: a long log is a thousand files for each 64 GiB.
// Where it does not let us have more, opening says so.

#pragma once

namespace mailrail::cli {

void raise_file_limit();

}  // namespace mailrail::cli
