// Assets: the files that the console's pages are made of, as the build put them into the binary.
//
// They share one hash, that of all of them, below which they are served: so they name each other
// relatively, and what was fetched once need never be fetched again.

#pragma once

#include <string_view>
#include <vector>

namespace mailrail::console {

struct Asset {
  std::string_view path;   // `pages/queues.js`
  std::string_view plain;  // What it says, as it is,
  std::string_view gzip;   // and compressed.
};

struct Assets {
  std::string_view hash;
  std::vector<Asset> files;
};

namespace embedded {

// Of the folder ui/. Without files while there is none.
Assets console_files();

}  // namespace embedded

}  // namespace mailrail::console
