#include "cli/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "topology/document.h"

namespace mailrail::cli {

Result<std::string> read_text_file(const std::string& path) {
  const auto refused = [&](const char* why) {
    return fail(errors::unusable, fmt::format("{} cannot be read: {}.", path, why));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             &std::fclose);
  if (file == nullptr) return refused(std::strerror(errno));
  // One byte more than a document may have: whoever parses it says that it is too long.
  std::string text(topology::document_bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return refused(std::strerror(errno));
  return text;
}

}  // namespace mailrail::cli
