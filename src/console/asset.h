// Assets: the files of the console as tools/embed.py put them into the binary: an index, and the
// few that it names.
//
// They share one hash, that of all of them, below which they are served: so what was fetched once
// need never be fetched again.

#pragma once

#include <string_view>
#include <vector>

namespace mailrail::console {

struct Asset {
  std::string_view path;   // `app.js`
  std::string_view plain;  // What it says, as it is,
  std::string_view gzip;   // and compressed.
};

struct Assets {
  std::string_view hash;
  std::vector<Asset> files;
};

namespace embedded {

// Of the folder ui/.
Assets console_files();

}  // namespace embedded

}  // namespace mailrail::console
