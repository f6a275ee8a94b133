#include "cli/text_lines.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

int keep_open(std::FILE*) { return 0; }

}  // namespace

Result<TextLines> TextLines::open(const std::string& path) {
  if (path == "-") return TextLines("standard input", File(stdin, &keep_open));
  File file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (file == nullptr)
    return fail(errors::usage, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)));
  return TextLines(path, std::move(file));
}

Result<std::optional<std::string>> TextLines::next() {
  std::string line;
  int each = 0;
  while ((each = getc_unlocked(file_.get())) != EOF && each != '\n') {
    line += static_cast<char>(each);
    if (line.size() > line_bytes_max) {
      return fail(errors::usage, fmt::format("Line {} of {} is longer than {} bytes.", number_ + 1,
                                             path_, line_bytes_max));
    }
  }
  if (std::ferror(file_.get()) != 0)
    return fail(errors::usage, fmt::format("Cannot read {}: {}.", path_, std::strerror(errno)));
  if (each == EOF && line.empty()) return std::nullopt;
  ++number_;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace mailrail::cli
