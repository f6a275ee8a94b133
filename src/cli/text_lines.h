// TextLines: the lines of a file or of standard input, one after another, however many there are.
//
// A line that is longer than any message could make it is an error, with its number.

#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace mailrail::cli {

// A body of 1 MiB takes six times as much where each character is an escape.
inline constexpr std::size_t line_bytes_max = std::size_t{8} << 20;

class TextLines {
 public:
  // `-` is standard input.
  static Result<TextLines> open(const std::string& path);

  // Without its end. Nothing after the last one.
  Result<std::optional<std::string>> next();

  std::uint64_t number() const { return number_; }  // Of the line that came last, from 1 on.

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  TextLines(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}

  std::string path_;
  File file_;
  std::uint64_t number_ = 0;
};

}  // namespace mailrail::cli
