#include "client/surroundings.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <sys/wait.h>

namespace mailrail::client {
namespace {

// Of a file or of a command's output. Settings are short.
constexpr std::size_t bytes_max = std::size_t{1} << 20;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

Result<std::string> read_all(std::FILE* file, const std::string& what) {
  std::string bytes(bytes_max + 1, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  if (std::ferror(file) != 0)
    return fail(errors::io, fmt::format("Cannot read {}: {}.", what, std::strerror(errno)));
  if (bytes.size() > bytes_max)
    return fail(errors::io, fmt::format("{} is longer than {} bytes.", what, bytes_max));
  return bytes;
}

Result<std::optional<std::string>> contents(const std::string& path) {
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (file == nullptr)
    return fail(errors::io, fmt::format("Cannot read {}: {}.", path, std::strerror(errno)));
  return TRY(read_all(file.get(), path));
}

Result<std::string> output(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "re");
  if (pipe == nullptr)
    return fail(errors::io, fmt::format("Cannot run a command: {}.", std::strerror(errno)));
  Result<std::string> printed = read_all(pipe, "The output of a command");
  const int status = pclose(pipe);
  if (status != 0) {
    return fail(errors::io, WIFEXITED(status)
                                ? fmt::format("It exited with {}.", WEXITSTATUS(status))
                                : "It did not end by itself.");
  }
  return printed;
}

}  // namespace

Surroundings process_surroundings() {
  return {.variable = &variable, .file = &contents, .output = &output};
}

}  // namespace mailrail::client
