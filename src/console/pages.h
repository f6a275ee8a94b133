// Pages: answers who asks for the console's pages: `/`, in a browser, and what they are made of
// below `/console/`.
//
// They come from the binary, compressed and for ever the same under their hash; or, for who writes
// them, from a directory, read each time. No page of ours may be framed, runs a script that is not
// a file of its own, or tells another site where it was. Any thread may ask.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "console/asset.h"
#include "http/message.h"

namespace mailrail::console {

class Pages {
 public:
  // From the directory, unless that is empty.
  explicit Pages(Assets assets, std::string directory = {})
      : assets_(std::move(assets)), directory_(std::move(directory)) {}

  // Whether it is for a page, and not for a service: of `/` only browsers mean the console.
  bool is_for_it(const http::Request& request) const;
  http::Response answer(const http::Request& request) const;

 private:
  http::Response answer_embedded(const http::Request& request, std::string_view path) const;
  http::Response answer_from_directory(std::string_view path) const;

  const Assets assets_;
  const std::string directory_;
};

// Names of a few letters, digits, dots, hyphens and underscores, with slashes between them; none
// begins with a dot.
bool is_asset_path(std::string_view path);

}  // namespace mailrail::console
